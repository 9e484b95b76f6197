using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;

namespace DrOrchestrator.Core.Runs;

/// <summary>
/// A plan that neither moves a VM nor says of one why it stays has done nothing, and must not look like a host that was emptied: it is refused. A VM that
/// is only on its way to the host is not there to be moved yet.
/// </summary>
public static class EmptyScope
{
    /// <summary>VMs named in the sentence; the rest is counted.</summary>
    private const int Named = 5;

    /// <summary>Why there is nothing to move; null: there is something.</summary>
    /// <param name="host">The look at the host of the scope, which answered.</param>
    /// <param name="plan">What was planned from it.</param>
    public static Refusal? WhyNothing(HostObservation host, EvacuationPlan plan)
    {
        if (plan.Moves.Count > 0 || plan.Unplaced.Count > 0)
        {
            return null;
        }

        string[] arriving = [.. host.Copies.Where(copy => copy.State is VmState.Incoming).Select(copy => copy.Vm.Name).Order(StringComparer.Ordinal)];
        return arriving.Length == 0
            ? new Refusal($"{host.Host} runs no VM: there is nothing to move.", "See drctl vms for where they run.")
            : new Refusal(
                $"{host.Host} runs no VM, and {(arriving.Length == 1 ? "one is" : $"{arriving.Length} are")} on the way to it "
                + $"({string.Join(", ", arriving.Take(Named))}{(arriving.Length > Named ? $" and {arriving.Length - Named} more" : "")}): there is nothing to move yet.",
                "Find out who moves VMs to it (drctl run list), and run the plan when they have arrived.");
    }
}
