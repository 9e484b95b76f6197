using System.Globalization;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Planning;

/// <summary>
/// Whether pre-copy of one move will come to its end, and how long it takes, by the memory, the narrowest known part of its way at its whole
/// width, or the plan's limit where that is less, and the dirty rate: what the VM's last migration saw, or what the inventory states where that
/// is more, else the plan's assumption. The finding says what binds and by what it goes. What is not known is said to be so.
/// </summary>
public static class ConvergenceFindings
{
    /// <summary>Below this share of the bandwidth that is left over, the time of the transfer is a guess.</summary>
    private const double Doubtful = 0.2;

    private const string WriteTheLink = "Write the link and its bandwidth into the inventory.";

    public static Finding Of(PlannedMove move, PlanPolicy policy, ScopeObservation scope)
    {
        var (from, to) = (move.Source, move.Destination);
        var unlinked = from.Site != to.Site && scope.LinkOf(move) is null;
        var noLink = $"The inventory has no link between site {from.Site} and site {to.Site}";
        if (WayPart.Narrowest(move, scope) is not { } narrowest)
        {
            return unlinked
                ? new Finding(FindingArea.Bandwidth, FindingSeverity.Warning, $"{noLink}, so it can not be said whether the transfer ends.", WriteTheLink)
                : new Finding(
                    FindingArea.Bandwidth, FindingSeverity.Warning,
                    $"The inventory does not say what the interfaces of {from.Host} and {to.Host} carry, so it can not be said whether the transfer ends.",
                    "Write hosts[].migrationMegabits into the inventory.");
        }

        var part = policy.Move.Migration.BandwidthCap is { } most && most.BytesPerSecond < narrowest.Width.BytesPerSecond ? new WayPart(most, "the plan's limit") : narrowest;
        var finding = Judge(move, policy, scope, part);

        // That it does not end is certain by what is known; that it ends is not.
        return unlinked && finding.Severity is not FindingSeverity.Error
            ? finding with { Severity = FindingSeverity.Warning, Fact = $"{finding.Fact} {noLink}, which may carry less.", WayOut = finding.WayOut ?? WriteTheLink }
            : finding;
    }

    private static Finding Judge(PlannedMove move, PlanPolicy policy, ScopeObservation scope, WayPart part)
    {
        var rate = part.Width;
        var carried = $"{Megabits(rate)} ({part.Name})";
        var rule = scope.Rules?.Vms.FirstOrDefault(rule => rule.Vm == move.Vm.Id);
        var known = rule?.Dirties() ?? policy.AssumedDirtyRate;
        var from = rule?.Observed is { } seen && seen.Rate == known ? $" (as observed at {seen.At:u})" : rule?.Dirties() is not null ? " (by the inventory)" : " (assumed by the plan)";
        if (known is not { } dirty)
        {
            return new Finding(
                FindingArea.Bandwidth, FindingSeverity.Information,
                $"{move.Memory} over {carried} take {Seconds(move.Memory.Value / rate.BytesPerSecond)} if the guest dirties nothing; its dirty rate is not known.",
                "Write vms[].dirtyMegabits into the inventory, and the prediction says more.");
        }

        var left = rate.BytesPerSecond - dirty.BytesPerSecond;
        if (left <= 0 && policy.Move.Migration.PostCopy)
        {
            return new Finding(
                FindingArea.Bandwidth, FindingSeverity.Information,
                $"The guest dirties {Megabits(dirty)}, and its way carries {carried}: pre-copy does not end by itself; after one pass of about {Seconds(move.Memory.Value / rate.BytesPerSecond)} the guest goes on at its destination (post-copy).");
        }

        if (left <= 0)
        {
            var slowed = policy.Move.Migration.AutoConverge;
            return new Finding(
                FindingArea.Bandwidth, slowed ? FindingSeverity.Warning : FindingSeverity.Error,
                $"The guest dirties {Megabits(dirty)}{from}, and its way carries {carried}: pre-copy does not end by itself{(slowed ? "; the hypervisor will slow its CPUs until it does" : "")}.",
                slowed ? "Move it when it is quiet, or give it more bandwidth." : "Allow migration.autoConverge in the plan, move it when it is quiet, or give it more bandwidth.");
        }

        var sentence = $"{move.Memory} over {carried} with a guest that dirties {Megabits(dirty)}{from} take about {Seconds(move.Memory.Value / left)}.";
        return left < Doubtful * rate.BytesPerSecond
            ? new Finding(FindingArea.Bandwidth, FindingSeverity.Warning, $"{sentence} Little is left over: it may take much longer.", "Move it when it is quiet, or give it more bandwidth.")
            : new Finding(FindingArea.Bandwidth, FindingSeverity.Information, sentence);
    }

    private static string Megabits(Bandwidth rate) => string.Create(CultureInfo.InvariantCulture, $"{rate.BytesPerSecond * 8 / 1_000_000:0.#} Mbit/s");

    private static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Ceiling(seconds)):0} s");
}
