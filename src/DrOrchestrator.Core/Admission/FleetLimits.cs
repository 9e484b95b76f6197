namespace DrOrchestrator.Core.Admission;

/// <summary>
/// How many moves may be under way at once, over all runs and servers. A plan's own limits come on top. Each is 1 or more.
/// </summary>
/// <param name="Total">In all.</param>
/// <param name="PerSite">That leave or enter one site.</param>
/// <param name="PerLink">Between one pair of sites, or within one site.</param>
/// <param name="OutOfHost">Off one host.</param>
/// <param name="IntoHost">Towards one host.</param>
public sealed record FleetLimits(int Total, int PerSite, int PerLink, int OutOfHost, int IntoHost)
{
    /// <summary>What holds until an inventory says otherwise. libvirt's default port range carries 64 migrations into a host.</summary>
    public static FleetLimits Default { get; } = new(64, 64, 32, 16, 16);
}
