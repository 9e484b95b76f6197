namespace DrOrchestrator.Server.Identity;

/// <summary>Keys for as long as the process lives: for tests, and for a server without a database.</summary>
public sealed class InMemoryKeyStore : IKeyStore
{
    private readonly Lock gate = new();
    private readonly List<ApiKey> keys = [];

    public Task<ApiKey?> Find(string id, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult(keys.Find(key => key.Id == id));
        }
    }

    public Task<IReadOnlyList<ApiKey>> List(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<ApiKey>>([.. keys]);
        }
    }

    public Task Add(ApiKey key, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            keys.Add(key);
            return Task.CompletedTask;
        }
    }

    public Task<bool> AddFirst(ApiKey key, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (keys.Count > 0)
            {
                return Task.FromResult(false);
            }

            keys.Add(key);
            return Task.FromResult(true);
        }
    }

    public Task<Revocation> Revoke(string id, string by, DateTimeOffset at, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var index = keys.FindIndex(key => key.Id == id);
            var verdict = RevocationRule.Of(index < 0 ? null : keys[index], keys);
            if (verdict is Revocation.Revoked)
            {
                keys[index] = keys[index] with { RevokedAt = at, RevokedBy = by };
            }

            return Task.FromResult(verdict);
        }
    }
}
