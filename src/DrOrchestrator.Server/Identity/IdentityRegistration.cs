using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace DrOrchestrator.Server.Identity;

/// <summary>Composes identity; the key store and the trail are registered by whoever adapts them.</summary>
public static class IdentityRegistration
{
    public static IServiceCollection AddDrOrchestratorIdentity(this IServiceCollection services, IdentityOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<TrailLimit>();
        services.AddSingleton<AccessLog>();
        services.AddSingleton<FirstKey>();
        services.AddHostedService<FirstKeyService>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, RefusalAnswer>();
        services.AddAuthentication(ApiKeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, configureOptions: null);
        services.AddAuthorization(AccessPolicies.Configure);
        return services;
    }
}
