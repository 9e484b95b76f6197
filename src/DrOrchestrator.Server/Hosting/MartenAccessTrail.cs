using DrOrchestrator.Server.Identity;
using Marten;

namespace DrOrchestrator.Server.Hosting;

/// <summary>Refused calls as Marten documents.</summary>
public sealed class MartenAccessTrail(IDocumentStore store) : IAccessTrail
{
    public async Task Add(AccessRefusal refusal, CancellationToken cancellationToken)
    {
        await using var session = store.LightweightSession();
        session.Insert(new StoredRefusal { Id = Guid.CreateVersion7(refusal.At), Refusal = refusal });
        await session.SaveChangesAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<AccessRefusal>> Last(int limit, CancellationToken cancellationToken)
    {
        await using var session = store.QuerySession();
        var stored = await session.Query<StoredRefusal>().OrderByDescending(entry => entry.Id).Take(limit).ToListAsync(cancellationToken);
        return [.. stored.Select(entry => entry.Refusal)];
    }
}

/// <summary>A refusal with an id that sorts by time.</summary>
public sealed record StoredRefusal
{
    public required Guid Id { get; init; }

    public required AccessRefusal Refusal { get; init; }
}
