# The server and drctl. Built from the root of the checkout: docker build -f deploy/images/server.Dockerfile .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
# From the locked packages, and without the analyzers, which the build of every commit has run.
RUN dotnet publish src/DrOrchestrator.Server -c Release -o /publish/server -p:RunAnalyzers=false -p:UseAppHost=false \
    && dotnet publish src/DrOrchestrator.Cli -c Release -o /publish/drctl -p:RunAnalyzers=false -p:UseAppHost=false

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS runtime

# Debian 13 for its libvirt client 11.3: the server refuses one older than 10.4, and .NET's own images are Ubuntu 24.04, which has 10.0.
# https://learn.microsoft.com/dotnet/core/compatibility/containers/10.0/default-images-use-ubuntu
FROM debian:trixie-slim
# libvirt's client for the hypervisors, curl for the health check, and what .NET itself loads.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libvirt0 curl ca-certificates libicu76 libssl3t64 libstdc++6 tzdata zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 1654 --user-group --home-dir /var/lib/drorchestrator --shell /usr/sbin/nologin drorchestrator \
    && mkdir -p /var/lib/drorchestrator/keys /etc/drorchestrator \
    && chown -R drorchestrator:drorchestrator /var/lib/drorchestrator
COPY --from=runtime /usr/share/dotnet /usr/share/dotnet
RUN ln -s /usr/share/dotnet/dotnet /usr/local/bin/dotnet \
    && printf '#!/bin/sh\nexec dotnet /opt/drctl/drctl.dll "$@"\n' > /usr/local/bin/drctl \
    && chmod 755 /usr/local/bin/drctl
WORKDIR /app
COPY --from=build /publish/server .
COPY --from=build /publish/drctl /opt/drctl
COPY runbooks/*.yaml /etc/drorchestrator/runbooks/
# Where the server listens and where drctl looks for it; drctl's key is the first one until it is told another.
ENV ASPNETCORE_URLS=http://+:8470 \
    DR_RUNBOOKS=/etc/drorchestrator/runbooks \
    DR_FIRSTKEYFILE=/var/lib/drorchestrator/first-key \
    DRCTL_SERVER=http://127.0.0.1:8470 \
    DRCTL_KEY_FILE=/var/lib/drorchestrator/first-key \
    DOTNET_CLI_TELEMETRY_OPTOUT=1
VOLUME /var/lib/drorchestrator
EXPOSE 8470
# By number, so that whoever runs it can see that it is not root.
USER 1654
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
    CMD ["curl", "-fsS", "--max-time", "4", "http://127.0.0.1:8470/health/live"]
ENTRYPOINT ["dotnet", "DrOrchestrator.Server.dll"]
