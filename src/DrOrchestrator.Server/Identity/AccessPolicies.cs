using DrOrchestrator.Contracts.Http;
using Microsoft.AspNetCore.Authorization;

namespace DrOrchestrator.Server.Identity;

/// <summary>What a call must be allowed to do; each endpoint names one.</summary>
public static class AccessPolicies
{
    /// <summary>Keys and the trail of refused calls: takes every scope, because who makes keys can give himself any.</summary>
    public const string ManageKeys = "manage-keys";

    public static string For(string scope) => $"scope-{scope}";

    internal static void Configure(AuthorizationOptions options)
    {
        foreach (var scope in Scopes.All)
        {
            options.AddPolicy(For(scope), policy => policy.RequireAuthenticatedUser().RequireClaim(Callers.ScopeClaim, scope));
        }

        options.AddPolicy(ManageKeys, policy =>
        {
            policy.RequireAuthenticatedUser();
            foreach (var scope in Scopes.All)
            {
                policy.RequireClaim(Callers.ScopeClaim, scope);
            }
        });

        // Whatever says nothing of its own, and whatever does not exist, needs a key as well.
        options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
    }

    /// <summary>The scopes that a policy asks for and the caller does not have.</summary>
    internal static string[] Missing(AuthorizationPolicy policy, IEnumerable<string> held) =>
    [
        .. policy.Requirements.OfType<Microsoft.AspNetCore.Authorization.Infrastructure.ClaimsAuthorizationRequirement>()
            .Where(requirement => requirement.ClaimType == Callers.ScopeClaim)
            .SelectMany(requirement => requirement.AllowedValues ?? []).Except(held),
    ];
}
