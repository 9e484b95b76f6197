namespace DrOrchestrator.Server.Identity;

/// <summary>Which keys may be revoked. Every key store asks it within its transaction.</summary>
public static class RevocationRule
{
    public static Revocation Of(ApiKey? key, IEnumerable<ApiKey> all) => key switch
    {
        null => Revocation.NoSuchKey,
        { IsActive: false } => Revocation.AlreadyRevoked,
        { HoldsAllScopes: true } when !all.Any(other => other.Id != key.Id && other.IsActive && other.HoldsAllScopes) => Revocation.LastOfAllScopes,
        _ => Revocation.Revoked,
    };
}
