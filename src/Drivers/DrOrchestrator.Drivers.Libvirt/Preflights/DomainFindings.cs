using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Migrations;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Preflights;

/// <summary>What in a VM's own configuration keeps it from migrating, or is lost by it.</summary>
internal static class DomainFindings
{
    public static IReadOnlyList<Finding> Of(DomainHandle domain, DomainSnapshot seen, DomainDescription description, MigrationRequest request)
    {
        var vm = seen.Copy.Vm;
        var findings = new List<Finding>();
        if (LibvirtNative.virDomainSnapshotNum(domain, 0) is > 0 and var snapshots)
        {
            findings.Add(Error($"{vm} has {snapshots} snapshot(s); libvirt does not migrate their records.", "Merge or delete the snapshots."));
        }

        if (LibvirtNative.virDomainListAllCheckpoints(domain, 0, 0) is > 0 and var checkpoints)
        {
            findings.Add(new Finding(
                FindingArea.VmConfiguration,
                FindingSeverity.Warning,
                $"{vm} has {checkpoints} checkpoint(s); their records stay behind and must be redefined at the destination.",
                "Let the replication redefine them after the move."));
        }

        findings.AddRange(description.Disks.Where(d => HasBlockJob(domain, d)).Select(d => Error(
            $"Disk {d.Target} of {vm} has an active block job (a mirror, backup or copy), which excludes live migration.",
            "End the block job first; that ends the protection it gives.")));

        if (seen.Job.Type is JobType.Bounded or JobType.Unbounded && !seen.Job.IsMigratingOut)
        {
            findings.Add(Error($"Another job of {vm} is under way.", "Wait for it to end."));
        }

        if (OfAnother(seen, request) is { } migration)
        {
            findings.Add(migration);
        }

        return findings;
    }

    /// <summary>A migration that does not carry this move's mark; null: there is none.</summary>
    internal static Finding? OfAnother(DomainSnapshot seen, MigrationRequest request) =>
        seen.Job.IsMigratingOut && !MigrationAbort.IsOurs(seen, request)
            ? Error(MigrationVerdict.AlreadyMigrating(request, seen.Custody?.Move?.Value), MigrationVerdict.WaitForIt)
            : null;

    private static unsafe bool HasBlockJob(DomainHandle domain, DomainDisk disk)
    {
        BlockJobInfo info;
        return LibvirtNative.virDomainGetBlockJobInfo(domain, disk.Target, &info, 0) == 1;
    }

    private static Finding Error(string fact, string wayOut) =>
        new(FindingArea.VmConfiguration, FindingSeverity.Error, fact, wayOut);
}
