namespace DrOrchestrator.Server.Identity;

/// <summary>An API key as it is stored: everything but its secret.</summary>
/// <param name="Id">Its public part, which names it in the record and finds it again.</param>
/// <param name="SecretHash">SHA-256 of the secret, in hexadecimal. See <see cref="KeyText"/> for why no slow hash.</param>
/// <param name="Subject">Who or what uses it: the actor in the record.</param>
/// <param name="Scopes">What it may be used for.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="CreatedBy">The subject that made it.</param>
/// <param name="RevokedAt">When it was revoked; null: it was not.</param>
/// <param name="RevokedBy">The subject that revoked it.</param>
public sealed record ApiKey(
    string Id, string SecretHash, string Subject, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, string CreatedBy,
    DateTimeOffset? RevokedAt = null, string? RevokedBy = null)
{
    public bool IsActive => RevokedAt is null;

    /// <summary>Whether it may manage keys.</summary>
    public bool HoldsAllScopes => Contracts.Http.Scopes.All.All(Scopes.Contains);
}
