using DrOrchestrator.Server.Identity;
using Marten;

namespace DrOrchestrator.Server.Hosting;

/// <summary>API keys as Marten documents, shared by all server processes.</summary>
public sealed class MartenKeyStore(IDocumentStore store) : IKeyStore
{
    /// <summary>Serialises the two decisions that look at all keys before they write (any number of our own).</summary>
    private const long Lock = 0x64726b657973;

    public async Task<ApiKey?> Find(string id, CancellationToken cancellationToken)
    {
        await using var session = store.QuerySession();
        return await session.LoadAsync<ApiKey>(id, cancellationToken);
    }

    public async Task<IReadOnlyList<ApiKey>> List(CancellationToken cancellationToken)
    {
        await using var session = store.QuerySession();
        return await session.Query<ApiKey>().OrderBy(key => key.CreatedAt).ToListAsync(cancellationToken);
    }

    public async Task Add(ApiKey key, CancellationToken cancellationToken)
    {
        await using var session = store.LightweightSession();
        session.Insert(key);
        await session.SaveChangesAsync(cancellationToken);
    }

    public async Task<bool> AddFirst(ApiKey key, CancellationToken cancellationToken)
    {
        await using var session = await Locked(cancellationToken);
        if (await session.Query<ApiKey>().AnyAsync(cancellationToken))
        {
            return false;
        }

        session.Insert(key);
        await session.SaveChangesAsync(cancellationToken);
        return true;
    }

    public async Task<Revocation> Revoke(string id, string by, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var session = await Locked(cancellationToken);
        var all = await session.Query<ApiKey>().ToListAsync(cancellationToken);
        var key = all.FirstOrDefault(candidate => candidate.Id == id);
        var verdict = RevocationRule.Of(key, all);
        if (verdict is Revocation.Revoked)
        {
            session.Store(key! with { RevokedAt = at, RevokedBy = by });
            await session.SaveChangesAsync(cancellationToken);
        }

        return verdict;
    }

    private async Task<IDocumentSession> Locked(CancellationToken cancellationToken)
    {
        var session = store.LightweightSession();
        await session.BeginTransactionAsync(cancellationToken);
        await session.ExecuteAsync(new Npgsql.NpgsqlCommand($"select pg_advisory_xact_lock({Lock})"), cancellationToken);
        return session;
    }
}
