using System.Security.Claims;
using DrOrchestrator.Core.Kernel;
using Claim = System.Security.Claims.Claim;

namespace DrOrchestrator.Server.Identity;

/// <summary>Who a call is by, once its key was proven.</summary>
public static class Callers
{
    public const string KeyIdClaim = "key-id";
    public const string ScopeClaim = "scope";

    public static ClaimsPrincipal Of(ApiKey key, string scheme) => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.NameIdentifier, key.Subject), new Claim(KeyIdClaim, key.Id), .. key.Scopes.Select(scope => new Claim(ScopeClaim, scope))],
        scheme,
        ClaimTypes.NameIdentifier,
        roleType: null));

    /// <summary>The actor for the record.</summary>
    public static Actor Actor(this ClaimsPrincipal caller) => new(caller.Identity?.Name ?? throw new InvalidOperationException("The call has no authenticated actor."));

    public static string? KeyId(this ClaimsPrincipal caller) => caller.FindFirst(KeyIdClaim)?.Value;

    public static IEnumerable<string> Scopes(this ClaimsPrincipal caller) => caller.FindAll(ScopeClaim).Select(claim => claim.Value);
}
