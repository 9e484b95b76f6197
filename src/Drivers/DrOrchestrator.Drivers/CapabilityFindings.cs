using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;

namespace DrOrchestrator.Drivers;

/// <summary>
/// What a move asks for against what its driver can do. What would be done otherwise than asked is an error; what the plan only allows, or the
/// inventory only states, and can't be made use of, is a warning.
/// </summary>
public static class CapabilityFindings
{
    /// <summary>Preflight as every move has it, before it begins and on demand: what the driver finds at both ends, and what it can't do of what is asked.</summary>
    public static async Task<Outcome<IReadOnlyList<Finding>>> Preflight(IHypervisorDriver driver, MigrationRequest request, CancellationToken cancellationToken) =>
        await driver.Preflight(request, cancellationToken) switch
        {
            Outcome<IReadOnlyList<Finding>>.Done { Value: var found } => new Outcome<IReadOnlyList<Finding>>.Done([.. found, .. Of(request, driver)]),
            var unanswered => unanswered,
        };

    public static IReadOnlyList<Finding> Of(MigrationRequest request, IHypervisorDriver driver) => Of(request, driver.Capabilities, driver.Name);

    /// <param name="request">The migration that is asked for.</param>
    /// <param name="able">What its driver can do.</param>
    /// <param name="driver">The driver's name, as the inventory has it.</param>
    public static IReadOnlyList<Finding> Of(MigrationRequest request, Capabilities able, string driver)
    {
        var asked = request.Options;
        var findings = new List<Finding>();
        void Add(bool unable, FindingArea area, FindingSeverity severity, string fact, string wayOut)
        {
            if (unable)
            {
                findings.Add(new Finding(area, severity, fact, wayOut));
            }
        }

        Add(
            asked.PostCopy && !able.PostCopies, FindingArea.Bandwidth, FindingSeverity.Error,
            $"The plan asks for post-copy, which the {driver} driver does not have.",
            "Leave migration.postCopy out of the plan.");
        Add(
            asked.Storage is StorageMode.Copied && !able.CopiesStorage, FindingArea.Storage, FindingSeverity.Error,
            $"The plan asks for disks to be copied, which the {driver} driver can't do.",
            "Put the disks on storage that both hosts see, and say migration.storage: shared.");
        Add(
            asked.Encrypted && !able.EncryptsTransfer, FindingArea.TransferSecurity, FindingSeverity.Error,
            $"The transfer must be encrypted, which the {driver} driver can't do.",
            "Allow plain transfers in the plan (migration.encrypted: false), on a network that nobody else reaches.");
        Add(
            !able.CapsBandwidth && asked is not { BandwidthCap: null, CopyBandwidthCap: null, BandwidthShare: null },
            FindingArea.Bandwidth, FindingSeverity.Error,
            $"The plan bounds the rate of a transfer, which the {driver} driver can't do.",
            "Leave migration.bandwidthCapMegabits, bandwidthSharePercent and copyBandwidthCapMegabits out of the plan, and bound how many go at once (limits.parallel).");
        Add(
            asked.AutoConverge && !able.AutoConverges, FindingArea.Bandwidth, FindingSeverity.Warning,
            $"The plan lets a guest be slowed so that its transfer ends, which the {driver} driver can't do: one that dirties more than its way carries stays until the deadline, and then where it is.",
            "Move such a guest when it is quiet, or stop what makes it dirty memory.");
        Add(
            request.Destination.MigrationAddress is not null && !able.UsesMigrationNetwork, FindingArea.Bandwidth, FindingSeverity.Warning,
            $"{request.Destination.Host} has an address on a migration network, which the {driver} driver can't use: the transfer goes where the hypervisor itself sends it.",
            "Set the migration network in the hypervisor's own configuration.");
        Add(
            !able.AbortsMigration, FindingArea.Bandwidth, FindingSeverity.Warning,
            $"The {driver} driver can't stop a migration: one that is over its time, or whose run is aborted, goes on to its end.",
            "Stop it by the hypervisor's own means where it must not go on.");
        return findings;
    }
}
