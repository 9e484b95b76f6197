using System.Collections.Concurrent;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;

namespace DrOrchestrator.Server.Api.Runs;

/// <summary>The timelines of many attempts. Those that ended never change and are kept.</summary>
public sealed class MoveTimelines(IEventStore store)
{
    private const int Capacity = 10_000;
    private const int Page = 50;
    private readonly ConcurrentDictionary<MoveId, MoveTimeline> ended = new();

    public async Task<IReadOnlyDictionary<MoveId, MoveTimeline>> Of(IReadOnlyList<(VmId Vm, MoveId Move)> moves, CancellationToken cancellationToken)
    {
        var lines = new Dictionary<MoveId, MoveTimeline>();
        var missing = new List<(VmId Vm, MoveId Move)>();
        foreach (var entry in moves)
        {
            if (ended.TryGetValue(entry.Move, out var known))
            {
                lines[entry.Move] = known;
            }
            else
            {
                missing.Add(entry);
            }
        }

        foreach (var page in missing.Chunk(Page))
        {
            var histories = await store.Read([.. page.Select(entry => StreamId.Vm(entry.Vm))], cancellationToken);
            foreach (var (history, entry) in histories.Zip(page))
            {
                var line = MoveTimeline.Of(history.Events, entry.Move);
                lines[entry.Move] = line;
                if (line.EndedAt is not null)
                {
                    Keep(entry.Move, line);
                }
            }
        }

        return lines;
    }

    private void Keep(MoveId move, MoveTimeline line)
    {
        // Which one goes does not matter: it is read again when somebody asks.
        if (ended.Count >= Capacity && ended.Keys.FirstOrDefault() is { Value: not null } any)
        {
            ended.TryRemove(any, out _);
        }

        ended[move] = line;
    }
}
