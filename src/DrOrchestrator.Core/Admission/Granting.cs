using DrOrchestrator.Core.Kernel;
using static DrOrchestrator.Core.Admission.AdmissionEvent;

namespace DrOrchestrator.Core.Admission;

/// <summary>Which of the waiting moves may begin now.</summary>
internal static class Granting
{
    /// <summary>
    /// Turn by turn, the run that holds least first, each run's moves in its own order. A move that one limit holds up
    /// does not hold up those behind it. Null: none.
    /// </summary>
    public static SlotsDecided? Decide(AdmissionState state, DateTimeOffset at)
    {
        if (state.Phase is not AdmissionPhase.Open || state.Runs.Values.All(run => run.Wanted.IsEmpty))
        {
            return null;
        }

        var use = new Use(state);
        var granted = new List<MoveId>();
        var crowded = new List<MoveId>();
        var waiting = state.Runs.Values.Where(run => !run.Wanted.IsEmpty).Select(run => new Turn(run)).ToList();
        while (waiting.MinBy(turn => turn.Held) is { } turn)
        {
            if (!turn.Waiting.TryDequeue(out var slot))
            {
                waiting.Remove(turn);
            }
            else if (use.IsCrowded(slot) || IsEmptiedByOthers(state, turn.Run, slot))
            {
                crowded.Add(slot.Move);
            }
            else if (use.TryTake(slot))
            {
                granted.Add(slot.Move);
                turn.Held++;
            }
        }

        return granted.Count + crowded.Count == 0 ? null : new SlotsDecided(granted, crowded) { At = at };
    }

    /// <summary>What would go there would have to leave again: neither run knew of the other when it planned.</summary>
    private static bool IsEmptiedByOthers(AdmissionState state, RunSlots run, WantedSlot slot) =>
        state.Runs.Values.Any(other => other != run && other.Emptying == slot.Destination);

    private sealed class Turn(RunSlots run)
    {
        public RunSlots Run { get; } = run;

        public int Held { get; set; } = run.Held.Count;

        public Queue<WantedSlot> Waiting { get; } = new(run.Wanted);
    }

    /// <summary>What is taken, counted by what limits it.</summary>
    private sealed class Use
    {
        private readonly AdmissionState state;
        private readonly Dictionary<object, int> counts = [];
        private readonly Dictionary<HostId, Bytes> incoming = [];

        public Use(AdmissionState state)
        {
            this.state = state;
            foreach (var slot in state.Held)
            {
                Take(slot);
            }
        }

        /// <summary>What landed since the run looked has taken the room for good: waiting would not help.</summary>
        public bool IsCrowded(WantedSlot slot) => slot.Room is { } room && Landed(slot) + slot.Memory > room;

        public bool TryTake(WantedSlot slot)
        {
            var fits = Limits(slot).All(limit => counts.GetValueOrDefault(limit.Key) < limit.Most)
                && (slot.Room is not { } room || Landed(slot) + Incoming(slot) + slot.Memory <= room);
            if (fits)
            {
                Take(slot);
            }

            return fits;
        }

        private void Take(WantedSlot slot)
        {
            foreach (var (key, _) in Limits(slot))
            {
                counts[key] = counts.GetValueOrDefault(key) + 1;
            }

            incoming[slot.Destination] = incoming.GetValueOrDefault(slot.Destination) + slot.Memory;
        }

        /// <summary>What landed since the look began, but for what the look saw. The times are of different servers: when unsure it counts twice, and never not at all.</summary>
        private Bytes Landed(WantedSlot slot) => new(state.Landings
            .Where(landing => landing.Host == slot.Destination && landing.At >= slot.ObservedSince - Clocks.Allowance && slot.Arrived?.Contains(landing.Slot.Move) is not true)
            .Sum(landing => landing.Memory.Value));

        /// <summary>What is on its way there, but for what the look saw arrived: it is in the room that was seen.</summary>
        private Bytes Incoming(WantedSlot slot) => new(incoming.GetValueOrDefault(slot.Destination).Value
            - (slot.Arrived is null ? 0 : state.Held.Where(held => held.Destination == slot.Destination && slot.Arrived.Contains(held.Move)).Sum(held => held.Memory.Value)));

        private IEnumerable<(object Key, int Most)> Limits(WantedSlot slot)
        {
            var limits = state.Limits;
            yield return ("all", limits.Total);
            yield return (("site", slot.FromSite), limits.PerSite);
            if (slot.ToSite != slot.FromSite)
            {
                yield return (("site", slot.ToSite), limits.PerSite);
            }

            var (one, other) = string.CompareOrdinal(slot.FromSite.Value, slot.ToSite.Value) <= 0 ? (slot.FromSite, slot.ToSite) : (slot.ToSite, slot.FromSite);
            yield return (("link", one, other), limits.PerLink);
            yield return (("out", slot.Source), limits.OutOfHost);
            yield return (("in", slot.Destination), limits.IntoHost);
            foreach (var host in new[] { slot.Source, slot.Destination })
            {
                if (state.Hosts.GetValueOrDefault(host.Value)?.AtOnce is { } most)
                {
                    yield return (("host", host), most);
                }
            }

            foreach (var driver in state.Hypervisors.IsEmpty ? [] : state.DriversOf(slot))
            {
                if (state.Hypervisors.TryGetValue(driver, out var most))
                {
                    yield return (("hypervisor", driver), most);
                }
            }
        }
    }
}
