using System.Globalization;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Planning;

/// <summary>
/// Whether pre-copy of one move will come to its end, and how long it takes, by the memory, the link at its whole
/// bandwidth and the dirty rate: what the VM's last migration saw, or what the inventory states where that is more, else the plan's assumption; the finding says which. What is not known is said to be so.
/// </summary>
public static class ConvergenceFindings
{
    /// <summary>Below this share of the bandwidth that is left over, the time of the transfer is a guess.</summary>
    private const double Doubtful = 0.2;

    public static Finding? Of(PlannedMove move, PlanPolicy policy, ScopeObservation scope)
    {
        if (scope.Links.FirstOrDefault(link => link.Joins(move.Source.Site, move.Destination.Site)) is not { } link)
        {
            return new Finding(
                FindingArea.Bandwidth, FindingSeverity.Warning,
                $"The inventory has no link between site {move.Source.Site} and site {move.Destination.Site}, so it can not be said whether the transfer ends.",
                "Write the link and its bandwidth into the inventory.");
        }

        var cap = policy.Move.Migration.BandwidthCap;
        var rate = cap is { } most && most.BytesPerSecond < link.Bandwidth.BytesPerSecond ? most : link.Bandwidth;
        var rule = scope.Rules?.Vms.FirstOrDefault(rule => rule.Vm == move.Vm.Id);
        var known = rule?.Dirties() ?? policy.AssumedDirtyRate;
        var from = rule?.Observed is { } seen && seen.Rate == known ? $" (as observed at {seen.At:u})" : rule?.Dirties() is not null ? " (by the inventory)" : " (assumed by the plan)";
        if (known is not { } dirty)
        {
            return new Finding(
                FindingArea.Bandwidth, FindingSeverity.Information,
                $"{move.Memory} over {Megabits(rate)} take {Seconds(move.Memory.Value / rate.BytesPerSecond)} if the guest dirties nothing; its dirty rate is not known.",
                "Write vms[].dirtyMegabits into the inventory, and the prediction says more.");
        }

        var left = rate.BytesPerSecond - dirty.BytesPerSecond;
        if (left <= 0 && policy.Move.Migration.PostCopy)
        {
            return new Finding(
                FindingArea.Bandwidth, FindingSeverity.Information,
                $"The guest dirties {Megabits(dirty)}, and its way carries {Megabits(rate)}: pre-copy does not end by itself; after one pass of about {Seconds(move.Memory.Value / rate.BytesPerSecond)} the guest goes on at its destination (post-copy).");
        }

        if (left <= 0)
        {
            var slowed = policy.Move.Migration.AutoConverge;
            return new Finding(
                FindingArea.Bandwidth, slowed ? FindingSeverity.Warning : FindingSeverity.Error,
                $"The guest dirties {Megabits(dirty)}{from}, and its way carries {Megabits(rate)}: pre-copy does not end by itself{(slowed ? "; the hypervisor will slow its CPUs until it does" : "")}.",
                slowed ? "Move it when it is quiet, or give it more bandwidth." : "Allow migration.autoConverge in the plan, move it when it is quiet, or give it more bandwidth.");
        }

        var sentence = $"{move.Memory} over {Megabits(rate)} with a guest that dirties {Megabits(dirty)}{from} take about {Seconds(move.Memory.Value / left)}.";
        return left < Doubtful * rate.BytesPerSecond
            ? new Finding(FindingArea.Bandwidth, FindingSeverity.Warning, $"{sentence} Little is left over: it may take much longer.", "Move it when it is quiet, or give it more bandwidth.")
            : new Finding(FindingArea.Bandwidth, FindingSeverity.Information, sentence);
    }

    private static string Megabits(Bandwidth rate) => string.Create(CultureInfo.InvariantCulture, $"{rate.BytesPerSecond * 8 / 1_000_000:0.#} Mbit/s");

    private static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Ceiling(seconds)):0} s");
}
