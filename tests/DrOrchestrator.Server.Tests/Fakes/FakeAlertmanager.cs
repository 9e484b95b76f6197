using System.Net;
using System.Text.Json;

namespace DrOrchestrator.Server.Tests.Fakes;

/// <summary>Takes what is posted to any address, and keeps it.</summary>
internal sealed class FakeAlertmanager : HttpMessageHandler
{
    public List<(string Address, string? Authorization, JsonElement[] Alerts)> Rounds { get; } = [];

    public bool IsAway { get; set; }

    /// <summary>What one address was told in its last round: name, and whether it stands at this moment.</summary>
    public string[] Told(string address, DateTimeOffset now) =>
    [
        .. Rounds.Last(round => round.Address.StartsWith(address, StringComparison.Ordinal)).Alerts
            .Select(alert => $"{alert.GetProperty("labels").GetProperty("alertname").GetString()} {(alert.GetProperty("endsAt").GetDateTimeOffset() > now ? "stands" : "ended")}"),
    ];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (IsAway)
        {
            throw new HttpRequestException("Connection refused");
        }

        var body = JsonDocument.Parse(await request.Content!.ReadAsStringAsync(cancellationToken)).RootElement;
        lock (Rounds)
        {
            Rounds.Add((request.RequestUri!.ToString(), request.Headers.Authorization?.ToString(), [.. body.EnumerateArray()]));
        }

        return new HttpResponseMessage(HttpStatusCode.OK);
    }
}
