using DrOrchestrator.Drivers.Libvirt.Connections;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Migrations;

/// <summary>
/// What has to be done to a transfer in its midst: the memory's own bandwidth when the disks are over, and the switch to post-copy when
/// one whole pass over the memory has been sent. Either is tried at every look until it is taken, by whoever watches; a transfer
/// that it is never taken for ends at its deadline, with the guest at the source.
/// </summary>
internal sealed class TransferTurns(HostCalls source, MigrationRequest request)
{
    /// <summary>libvirt's own word for no limit: the most MiB/s that fit into a signed 64-bit number of bytes.</summary>
    private const ulong Unlimited = long.MaxValue / (1024 * 1024);

    private bool memorySpeedIsSet = request.Options.CopyBandwidthCap is null;
    private bool isPostCopy = !request.Options.PostCopy;

    public async Task Take(JobStatistics job, CancellationToken cancellationToken)
    {
        var pass = job.Numbers.GetValueOrDefault("memory_iteration");
        if (!memorySpeedIsSet && pass >= 1)
        {
            var cap = request.Options.BandwidthCap is { } most ? MigrationOrder.WholeMebibytes(most) : Unlimited;
            memorySpeedIsSet = await Order(domain => LibvirtNative.virDomainMigrateSetMaxSpeed(domain, (nuint)cap, 0), cancellationToken);
        }

        if (!isPostCopy && pass >= 2)
        {
            isPostCopy = await Order(domain => LibvirtNative.virDomainMigrateStartPostCopy(domain, 0), cancellationToken);
        }
    }

    /// <summary>To this move's own job, never to another's.</summary>
    private async Task<bool> Order(Func<DomainHandle, int> give, CancellationToken cancellationToken) =>
        await source.Call<bool>(
            connection =>
            {
                using var domain = DomainReader.Find(connection, request.Vm);
                return new Outcome<bool>.Done(
                    domain is not null && CustodyMetadata.Read(domain)?.Move == request.Move && give(domain) >= 0);
            },
            cancellationToken) is Outcome<bool>.Done { Value: true };
}
