using System.Collections.Immutable;
using DrOrchestrator.Core.Kernel;
using static DrOrchestrator.Core.Admission.AdmissionEvent;

namespace DrOrchestrator.Core.Admission;

/// <summary>The fold of the admission's events.</summary>
internal static class AdmissionEvolution
{
    public static AdmissionState Evolve(AdmissionState state, AdmissionEvent @event) =>
        Apply(state, @event) with { Phase = AdmissionGraph.Graph.Next(state.Phase, @event) };

    private static AdmissionState Apply(AdmissionState state, AdmissionEvent @event) => @event switch
    {
        SlotsStated e => Stated(state, e.Statement, e.At),
        SlotsDecided e => Decided(state, e),
        LimitsSet e => (e.Own is { } own ? state.WithOwn(own) : state) with { Limits = e.Limits },
        DoubtSettled e => Undoubted(state, e.Move, e.RunsAt != state.Doubtful[e.Move.Value].Slot.Source, e.At),

        // What a person gives back may be at the destination all the same; whoever looks after this sees.
        SlotReleased e => Undoubted(state, e.Move, landed: true, e.At),
        StopRequested e => state with { Stop = e, Stops = e.Stop, InForce = null, Repeated = [] },
        StopRepeated e => state with { Repeated = [.. state.Repeated.TakeLast(AdmissionState.MostRepeated - 1), e] },
        StopInForce e => state with { InForce = e },
        AllResumed => state with { Stop = null, InForce = null, Repeated = [] },
        _ => throw new InvalidOperationException($"The admission's stream has no {@event.GetType().Name}."),
    };

    private static AdmissionState Stated(AdmissionState state, SlotStatement statement, DateTimeOffset at)
    {
        // A run that was forgotten goes on counting its grants where it left off; smaller numbers it would take for old news.
        var run = state.Runs.GetValueOrDefault(statement.Run.Value, new RunSlots(0) { Grants = statement.Heard });
        var released = statement.Released.Select(slot => slot.Move.Value).ToHashSet(StringComparer.Ordinal);
        var landed = statement.Released.Where(slot => slot is { Landed: true, Doubt: null } && run.Held.ContainsKey(slot.Move.Value)).Select(slot => run.Held[slot.Move.Value]);
        var next = run with
        {
            Number = statement.Number,
            At = at,
            Held = run.Held.RemoveRange(released),
            Wanted = run.Wanted.RemoveAll(slot => released.Contains(slot.Move.Value)).AddRange(statement.Wants),
            Crowded = run.Crowded.RemoveAll(move => released.Contains(move.Value)),
            Unheard = run.Unheard.RemoveAll(grant => grant.Number <= statement.Heard || released.Contains(grant.Move.Value)),
            Stop = statement.Stop,
            UnderWay = statement.UnderWay,
            Unresolved = statement.Unresolved,
            Emptying = statement.Emptying,
        };

        var doubtful = statement.Released.Where(slot => slot.Doubt is not null && run.Held.ContainsKey(slot.Move.Value)).Select(slot => KeyValuePair.Create(
            slot.Move.Value, new DoubtfulSlot(statement.Run, run.Held[slot.Move.Value], slot.Doubt!.Vm, slot.Doubt.Reason, at)));

        // A run that has nothing any more is kept for its number: it may want again, and its words may come late.
        var runs = state.Runs.SetItem(statement.Run.Value, next);
        return state with
        {
            Runs = Forget(runs),
            StatedAt = at,
            Doubtful = state.Doubtful.SetItems(doubtful),
            Landings = Recent(state.Landings.AddRange(landed.Select(slot => new Landing(slot.Destination, slot.Memory, at, slot))), at),
        };
    }

    private static AdmissionState Undoubted(AdmissionState state, MoveId move, bool landed, DateTimeOffset at)
    {
        var slot = state.Doubtful[move.Value].Slot;
        return state with
        {
            Doubtful = state.Doubtful.Remove(move.Value),
            Landings = landed ? Recent(state.Landings.Add(new Landing(slot.Destination, slot.Memory, at, slot)), at) : state.Landings,
        };
    }

    private static AdmissionState Decided(AdmissionState state, SlotsDecided e)
    {
        var granted = e.Granted.ToHashSet();
        var crowded = e.Crowded.ToHashSet();
        var concerned = state.Runs.Where(run => run.Value.Wanted.Exists(slot => granted.Contains(slot.Move) || crowded.Contains(slot.Move)));
        return state with { Runs = state.Runs.SetItems(concerned.Select(run => KeyValuePair.Create(run.Key, Decided(run.Value, granted, crowded)))) };
    }

    private static RunSlots Decided(RunSlots run, HashSet<MoveId> granted, HashSet<MoveId> crowded)
    {
        var now = run.Wanted.FindAll(slot => granted.Contains(slot.Move));
        return run with
        {
            Held = run.Held.AddRange(now.Select(slot => KeyValuePair.Create(slot.Move.Value, slot))),
            Wanted = run.Wanted.RemoveAll(slot => granted.Contains(slot.Move) || crowded.Contains(slot.Move)),
            Crowded = run.Crowded.AddRange(run.Wanted.Select(slot => slot.Move).Where(crowded.Contains)),
            Unheard = run.Unheard.AddRange(now.Select((slot, index) => new Grant(run.Grants + index + 1, slot.Move))),
            Grants = run.Grants + now.Count,
        };
    }

    /// <summary>A word that came after a thousand later runs would be taken for a new one; no message is that late.</summary>
    private static ImmutableSortedDictionary<string, RunSlots> Forget(ImmutableSortedDictionary<string, RunSlots> runs)
    {
        const int Kept = 1000;
        if (runs.Count <= Kept)
        {
            return runs;
        }

        var idle = runs.Where(run => run.Value is { IsIdle: true, Emptying: null }).ToArray();
        return idle.Length <= Kept ? runs : runs.RemoveRange(idle.OrderBy(run => run.Value.At).Take(idle.Length - Kept).Select(run => run.Key));
    }

    /// <summary>A run that goes on from a look of a day ago has other troubles; and a burst of so many landings is a fleet's worth.</summary>
    private static ImmutableList<Landing> Recent(ImmutableList<Landing> landings, DateTimeOffset now)
    {
        const int Kept = 2000;
        var recent = landings.RemoveAll(landing => landing.At < now - TimeSpan.FromDays(1));
        return recent.Count <= Kept ? recent : recent.RemoveRange(0, recent.Count - Kept);
    }
}
