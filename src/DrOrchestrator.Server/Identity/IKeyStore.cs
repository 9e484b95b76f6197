namespace DrOrchestrator.Server.Identity;

/// <summary>Port: where API keys are kept. Shared by all server processes, so that a revocation holds everywhere at once.</summary>
public interface IKeyStore
{
    /// <summary>The key with this id, revoked ones included; null: there is none.</summary>
    Task<ApiKey?> Find(string id, CancellationToken cancellationToken);

    /// <summary>All keys, in the order in which they were made.</summary>
    Task<IReadOnlyList<ApiKey>> List(CancellationToken cancellationToken);

    Task Add(ApiKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Adds the key if there never was any, in one transaction: of two processes that start at once, one is
    /// first. False: there is a key already, and nothing was written.
    /// </summary>
    Task<bool> AddFirst(ApiKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Marks a key as revoked, unless it is the last active one that holds all scopes: without one, nobody
    /// could ever make a key again. Decided and written in one transaction.
    /// </summary>
    Task<Revocation> Revoke(string id, string by, DateTimeOffset at, CancellationToken cancellationToken);
}

/// <summary>What became of a revocation.</summary>
public enum Revocation
{
    Revoked,

    /// <summary>It was revoked before; nothing was changed.</summary>
    AlreadyRevoked,

    NoSuchKey,

    /// <summary>It is the last active key that may manage keys.</summary>
    LastOfAllScopes,
}
