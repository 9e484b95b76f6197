using System.Globalization;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Connections;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Native;
using DrOrchestrator.Drivers.Libvirt.Storage;

namespace DrOrchestrator.Drivers.Libvirt.Preflights;

/// <summary>What a guest does with one of its disks.</summary>
/// <param name="Disk">Which.</param>
/// <param name="Allocated">Bytes that are to be copied: what the file holds.</param>
/// <param name="WrittenPerSecond">Bytes that the guest wrote to it each second, measured for a moment; 0: none.</param>
internal sealed record DiskActivity(DomainDisk Disk, Bytes Allocated, double WrittenPerSecond);

/// <summary>
/// Whether the copy of a disk comes to its end, and when: its bytes, what the guest writes meanwhile, and what the plan and the way
/// leave for it. How fast the storage at either end is cannot be measured without loading it, and is not taken into account.
/// </summary>
internal sealed class CopyFindings(HostCalls source, MigrationRequest request, LibvirtDriverOptions options, TimeProvider time)
{
    /// <summary>Below this share of the rate that is left over, the time of the copy is a guess.</summary>
    private const double Doubtful = 0.2;

    public async Task<IReadOnlyList<Finding>> Of(IReadOnlyList<CopiedDisk> copied, CancellationToken cancellationToken)
    {
        if (copied.Count == 0)
        {
            return [];
        }

        var disks = copied.Select(copy => copy.Disk).ToArray();
        var (before, began) = (await Look(disks, cancellationToken), time.GetTimestamp());
        await Task.Delay(options.WriteSample, time, cancellationToken);
        var (after, elapsed) = (await Look(disks, cancellationToken), time.GetElapsedTime(began));
        return before is null || after is null
            ? []
            : [.. disks.Select((disk, index) => Judge(
                new DiskActivity(disk, after[index].Allocated, Math.Max(0, after[index].Written - before[index].Written) / elapsed.TotalSeconds),
                elapsed,
                request.Vm,
                request.Options))];
    }

    internal static Finding Judge(DiskActivity activity, TimeSpan measured, VmRef vm, MigrationOptions plan)
    {
        var writes = activity.WrittenPerSecond;
        var fact = string.Create(
            CultureInfo.InvariantCulture, $"Disk {activity.Disk.Target} of {vm}: {activity.Allocated} are copied while the guest writes {Megabits(writes)} (measured over {measured.TotalSeconds:0.#} s)");
        var carried = new[] { (plan.CopyBandwidthCap ?? plan.BandwidthCap)?.BytesPerSecond, plan.Bounds?.Way?.BytesPerSecond }.Min();
        if (carried is not { } rate)
        {
            return new Finding(FindingArea.Storage, FindingSeverity.Information, $"{fact}; how long it takes is not known, for the inventory does not say what the way carries.");
        }

        fact = $"{fact}; {Megabits(rate)} are there for it";
        var left = rate - writes;
        if (left <= 0)
        {
            return plan.CopySynchronously
                ? Storage(FindingSeverity.Warning, $"{fact}: its writes will wait for the copy.", "Move it when it writes less, or give the copy more bandwidth.")
                : Storage(
                    FindingSeverity.Error,
                    $"{fact}: the copy does not end by itself.",
                    "Set migration.copySynchronously: true in the plan (the guest's writes then wait for the copy), give it more bandwidth, or move it when it writes less.");
        }

        fact = string.Create(CultureInfo.InvariantCulture, $"{fact}: about {Math.Max(1, Math.Ceiling(activity.Allocated.Value / left)):0} s.");
        return left < Doubtful * rate
            ? Storage(FindingSeverity.Warning, $"{fact} Little is left over: it may take much longer.", "Move it when it writes less, or give the copy more bandwidth.")
            : Storage(FindingSeverity.Information, fact, null);
    }

    private static Finding Storage(FindingSeverity severity, string fact, string? wayOut) => new(FindingArea.Storage, severity, fact, wayOut);

    private static string Megabits(double bytesPerSecond) => string.Create(CultureInfo.InvariantCulture, $"{bytesPerSecond * 8 / 1_000_000:0.###} Mbit/s");

    /// <summary>Null: it does not run there any more, or the source is silent, which others say.</summary>
    private async Task<IReadOnlyList<(Bytes Allocated, long Written)>?> Look(IReadOnlyList<DomainDisk> disks, CancellationToken cancellationToken) =>
        await source.Call<IReadOnlyList<(Bytes, long)>>(
            connection =>
            {
                using var domain = DomainReader.Find(connection, request.Vm) ?? throw new LibvirtException(new LibvirtError(ErrorCode.NoDomain, $"{request.Vm} is gone"));
                return new Outcome<IReadOnlyList<(Bytes, long)>>.Done([.. disks.Select(disk => Read(domain, disk.Target))]);
            },
            cancellationToken) is Outcome<IReadOnlyList<(Bytes, long)>>.Done { Value: var seen } ? seen : null;

    private static unsafe (Bytes Allocated, long Written) Read(DomainHandle domain, string target)
    {
        BlockInfo info;
        BlockStatistics statistics;
        Check.NotNegative(LibvirtNative.virDomainGetBlockInfo(domain, target, &info, 0));
        Check.NotNegative(LibvirtNative.virDomainBlockStats(domain, target, &statistics, (nuint)sizeof(BlockStatistics)));
        return (new Bytes((long)info.Allocation), statistics.WrittenBytes);
    }
}
