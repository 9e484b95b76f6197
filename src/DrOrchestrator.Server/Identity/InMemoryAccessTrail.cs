namespace DrOrchestrator.Server.Identity;

/// <summary>The last refusals for as long as the process lives: for tests, and for a server without a database.</summary>
public sealed class InMemoryAccessTrail : IAccessTrail
{
    private const int Capacity = 1000;
    private readonly Lock gate = new();
    private readonly LinkedList<AccessRefusal> refusals = new();

    public Task Add(AccessRefusal refusal, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            refusals.AddFirst(refusal);
            if (refusals.Count > Capacity)
            {
                refusals.RemoveLast();
            }

            return Task.CompletedTask;
        }
    }

    public Task<IReadOnlyList<AccessRefusal>> Last(int limit, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<AccessRefusal>>([.. refusals.Take(limit)]);
        }
    }
}
