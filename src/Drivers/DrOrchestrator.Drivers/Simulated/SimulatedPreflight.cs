using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Planning;

namespace DrOrchestrator.Drivers.Simulated;

/// <summary>What can be said against a migration beforehand.</summary>
internal static class SimulatedPreflight
{
    public static IReadOnlyList<Finding> Findings(
        MigrationRequest request, Outcome<VmCopy> source, Outcome<VmCopy> destination, Outcome<HostFacts> facts, bool canEncrypt,
        int virtualCpusThere, IReadOnlyList<OtherActor> actors, IReadOnlyList<NewDisk> disks)
    {
        var findings = new List<Finding>();
        if (source is Outcome<VmCopy>.Done { Value: var atSource })
        {
            if (atSource.State != VmState.Running)
            {
                findings.Add(new Finding(
                    FindingArea.VmConfiguration,
                    FindingSeverity.Error,
                    $"{request.Vm} does not run on {request.Source.Host}: it is {MigrationVerdict.Word(atSource.State)} there.",
                    "Look where it runs, or recover it from its replica."));
            }
        }
        else
        {
            findings.Add(Silent(request.Source));
        }

        if (destination is Outcome<VmCopy>.Done { Value: var there } && facts is Outcome<HostFacts>.Done { Value: var host })
        {
            findings.AddRange(AtDestination(request, there));
            if (source is Outcome<VmCopy>.Done { Value: { State: not VmState.Absent } here })
            {
                findings.AddRange(CapacityFindings.Of(here, host, virtualCpusThere, request.Options.Bounds));
                findings.AddRange(RoomFindings.Of(request.Destination.Host, disks));
            }
        }
        else
        {
            findings.Add(Silent(request.Destination));
        }

        findings.AddRange(OtherActorFindings.Of(actors, request.Options.OtherActors));
        if (request.Options.Encrypted && !canEncrypt)
        {
            findings.Add(new Finding(
                FindingArea.TransferSecurity,
                FindingSeverity.Error,
                "The transfer must be encrypted, and one of the hosts has no certificate for it.",
                "Install certificates on both hosts, or allow plain transfers in the plan."));
        }

        if (request.Destination.MigrationAddress is null)
        {
            findings.Add(new Finding(
                FindingArea.Bandwidth,
                FindingSeverity.Warning,
                $"{request.Destination.Host} has no address on a migration network; the transfer shares the management network.",
                "Give the host a migration address in the inventory."));
        }

        return findings;
    }

    private static IEnumerable<Finding> AtDestination(MigrationRequest request, VmCopy there)
    {
        if (there.State == VmState.Shutoff)
        {
            yield return new Finding(
                FindingArea.VmConfiguration,
                FindingSeverity.Warning,
                $"{there.Host} has an old definition of {request.Vm}; the migration replaces it.");
        }
        else if (there.State != VmState.Absent)
        {
            yield return new Finding(
                FindingArea.VmConfiguration,
                FindingSeverity.Error,
                $"{there.Host} already has a copy of {request.Vm} that is {MigrationVerdict.Word(there.State)}.",
                "Find out which copy is the right one, and stop and remove the other.");
        }
    }

    private static Finding Silent(HostEndpoint host) => new(
        FindingArea.Reachability, FindingSeverity.Error, $"{host.Host} did not answer.", "Bring the host back, or choose another.");
}
