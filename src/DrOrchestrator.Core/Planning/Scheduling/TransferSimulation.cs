using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Planning.Scheduling;

/// <summary>
/// One pass over time, from one begin or end of a transfer to the next: between them all rates stand still. Each step begins
/// or ends at least one, so that there are at most two steps for each move.
/// </summary>
internal sealed class TransferSimulation(Network network, double[] bytes, Route[] routes, MoveSlots slots)
{
    /// <summary>Below this a remainder is rounding, in seconds of time and in parts of the whole.</summary>
    private const double Rounding = 1e-9;

    private readonly double[] begins = new double[routes.Length];
    private readonly double[] ends = new double[routes.Length];
    private readonly double[] left = [.. bytes];
    private readonly List<int> preparing = [];
    private readonly List<int> transferring = [];
    private readonly double[] held = new double[Enum.GetValues<SlotLimit>().Length];
    private readonly int[] waiting = [.. Enumerable.Range(0, routes.Length)];
    private int waitingCount = routes.Length;
    private double now;

    public Timetable Run(PlanPolicy policy)
    {
        while (true)
        {
            var limit = Admit();
            if (preparing.Count + transferring.Count == 0)
            {
                break;
            }

            held[(int)limit] += Step();
        }

        if (waitingCount > 0)
        {
            throw new InvalidOperationException("A move that is alone can always begin.");
        }

        return new Timetable(
            [.. routes.Select((route, index) => new MoveForecast(Timetable.Span(begins[index]), Timetable.Span(ends[index]), Doubt(route)))],
            Timetable.Span(ends.Length == 0 ? 0 : ends.Max()),
            HeldBackBy(policy));
    }

    /// <summary>Lets through what fits, in order; says what keeps the first one that has to wait.</summary>
    private SlotLimit Admit()
    {
        var first = SlotLimit.None;
        var kept = 0;
        for (var index = 0; index < waitingCount; index++)
        {
            var move = waiting[index];
            var why = slots.WhyNot(routes[move]);
            if (why is SlotLimit.None)
            {
                slots.Take(routes[move]);
                begins[move] = now;
                preparing.Add(move);
                continue;
            }

            first = first is SlotLimit.None ? why : first;
            waiting[kept++] = move;
            if (why is SlotLimit.Parallel)
            {
                // Nothing else fits either.
                Array.Copy(waiting, index + 1, waiting, kept, waitingCount - index - 1);
                kept += waitingCount - index - 1;
                break;
            }
        }

        waitingCount = kept;
        return first;
    }

    private double Step()
    {
        var rates = new double[transferring.Count];
        FairShares.Divide([.. transferring.Select(move => routes[move])], network, rates);
        for (var index = 0; index < rates.Length; index++)
        {
            rates[index] = Convergence.Progress(rates[index], routes[transferring[index]].Dirty);
        }

        var step = double.PositiveInfinity;
        foreach (var move in preparing)
        {
            step = Math.Min(step, begins[move] + Timetable.PerMove.TotalSeconds - now);
        }

        for (var index = 0; index < rates.Length; index++)
        {
            step = Math.Min(step, left[transferring[index]] / rates[index]);
        }

        step = Math.Max(0, step);
        now += step;
        var sending = transferring.ToArray();
        transferring.Clear();
        foreach (var (index, move) in sending.Index())
        {
            left[move] -= rates[index] * step;
            if (left[move] <= bytes[move] * Rounding)
            {
                ends[move] = now;
                slots.Release(routes[move]);
            }
            else
            {
                transferring.Add(move);
            }
        }

        transferring.AddRange(preparing.Where(IsPrepared));
        preparing.RemoveAll(IsPrepared);
        return step;
    }

    private bool IsPrepared(int move) => begins[move] + Timetable.PerMove.TotalSeconds <= now * (1 + Rounding);

    private static string? Doubt(Route route) => Convergence.IsInDoubt(route)
        ? $"It dirties {new Bandwidth(route.Dirty)}, and its way carries {new Bandwidth(route.Alone)}: it is moved with nothing beside it, and must be slowed down to arrive. Allow migration.autoConverge, or move it when it has less to do."
        : null;

    private string? HeldBackBy(PlanPolicy policy)
    {
        var longest = Enum.GetValues<SlotLimit>().Where(limit => limit is not SlotLimit.None).MaxBy(limit => held[(int)limit]);
        return held[(int)longest] <= 0 ? null : longest switch
        {
            SlotLimit.Parallel => $"limits.parallel ({policy.Parallel})",
            SlotLimit.Source => $"limits.perSource ({policy.PerSource})",
            SlotLimit.Destination => $"limits.perDestination ({policy.PerDestination})",
            SlotLimit.Link => $"limits.perLink ({policy.PerLink})",
            SlotLimit.Host => "migrationsAtOnce of a host",
            SlotLimit.Hypervisor => "migrationsAtOnce of a hypervisor",
            _ => "dirty rates: more at once would leave a transfer less bandwidth than its guest dirties",
        };
    }
}
