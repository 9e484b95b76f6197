using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Domains;

/// <summary>
/// A domain's job as virDomainGetJobStats reports it. libvirt says what it knows and leaves out the rest;
/// a zero in the first seconds of a migration means not known yet, and is null here.
/// </summary>
internal sealed record JobStatistics(JobType Type, IReadOnlyDictionary<string, double> Numbers, string? ErrorMessage)
{
    private const uint Completed = 1;
    private const uint KeepCompleted = 2;

    public static JobStatistics None { get; } = new(JobType.None, new Dictionary<string, double>(), null);

    /// <summary>An outgoing migration is under way.</summary>
    public bool IsMigratingOut => Type is JobType.Bounded or JobType.Unbounded && Operation is JobOperation.MigrationOut;

    public JobOperation Operation => (JobOperation)(int)(Numbers.GetValueOrDefault("operation"));

    public TimeSpan Elapsed => Milliseconds("time_elapsed") ?? TimeSpan.Zero;

    public TimeSpan? Downtime => Milliseconds("downtime_net") ?? Milliseconds("downtime");

    public Bytes? Processed => Amount("data_processed");

    public static unsafe JobStatistics Read(DomainHandle domain)
    {
        Check.NotNegative(LibvirtNative.virDomainGetJobStats(domain, out var type, out var parameters, out var count, 0));
        return Take(type, parameters, count);
    }

    /// <summary>Of the last job that ended, if the host still has them; asking does not use them up.</summary>
    public static unsafe JobStatistics? ReadCompleted(DomainHandle domain) =>
        LibvirtNative.virDomainGetJobStats(domain, out var type, out var parameters, out var count, Completed | KeepCompleted) < 0
            ? null
            : Take(type, parameters, count);

    public MigrationProgress Progress(MigrationStep step) => new(
        step,
        Amount("data_total"),
        Amount("data_total") is null ? null : Amount("data_processed") ?? Bytes.Zero,
        Amount("data_total") is null ? null : Amount("data_remaining") ?? Bytes.Zero,
        // Pages per second; without a page size it would be a guess.
        Rate(Numbers.GetValueOrDefault("memory_dirty_rate") * Numbers.GetValueOrDefault("memory_page_size")),
        Rate(Numbers.GetValueOrDefault("memory_bps") + Numbers.GetValueOrDefault("disk_bps")),
        Numbers.GetValueOrDefault("memory_iteration") is >= 1 and var iteration ? (int)iteration : null,
        Milliseconds("downtime"),
        Numbers.TryGetValue("auto_converge_throttle", out var throttle) ? (int)throttle : null);

    private static unsafe JobStatistics Take(int type, TypedParameter* parameters, int count)
    {
        var (numbers, message) = TypedParameters.Take(parameters, count);
        return new JobStatistics((JobType)type, numbers, message);
    }

    private Bytes? Amount(string name) => Numbers.GetValueOrDefault(name) is > 0 and var value ? new Bytes((long)value) : null;

    private TimeSpan? Milliseconds(string name) =>
        Numbers.GetValueOrDefault(name) is > 0 and var value ? TimeSpan.FromMilliseconds(value) : null;

    private static Bandwidth? Rate(double bytesPerSecond) => bytesPerSecond > 0 ? new Bandwidth(bytesPerSecond) : null;
}
