using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Plans;
using DrOrchestrator.Server.Configuration.Yaml;

namespace DrOrchestrator.Server.Configuration;

/// <summary>
/// Reads the fields of a runbook: a section per concern, each with the defaults of
/// <see cref="PlanPolicy.Default"/>. A later concern (waves, gates, hooks, drills) is one more section here.
/// </summary>
internal sealed class PlanReader(YamlFile file, IReadOnlyCollection<SiteId>? sites)
{
    /// <summary>The longest duration that any field takes: a week, so that a slip of the unit is seen.</summary>
    private const double Week = 7 * 24 * 3600;

    public RecoveryPlan Read(YamlMap root)
    {
        var name = root.Text("name") ?? "";
        var expected = Path.GetFileNameWithoutExtension(file.Name);
        if (name.Length > 0 && name != expected)
        {
            root.Error("name", $"The plan is named {name} and its file {expected}.", "A plan has one name everywhere: rename one of them.");
        }
        else if (name.Length > 0 && !HostName.IsUsable(name))
        {
            root.Error("name", $"'{name}' can not name a plan.", HostName.Rule);
        }

        var description = root.Text("description") ?? "";
        var (_, scope) = root.OptionalChoice("scope", ("host", PlanScope.Host));
        if (!root.Has("scope"))
        {
            root.Missing("scope", "Write scope: host.");
        }

        var destination = root.Map("destination");
        return new RecoveryPlan(
            name, file.ContentHash, description, scope, Destination(destination), Policy(root, destination), Triggers(root.Map("triggers")));
    }

    private SiteId[] Destination(YamlMap map)
    {
        SiteId[] wanted = [.. map.Texts("sites").Select(site => new SiteId(site))];
        if (wanted.Length == 0)
        {
            map.Error("sites", "There is no destination site.", "Name at least one, best first: sites: [B].");
        }

        foreach (var site in wanted.Where(site => sites is not null && !sites.Contains(site)))
        {
            map.Error("sites", $"The inventory has no site {site}.", $"It has {string.Join(", ", sites!)}.");
        }

        return wanted;
    }

    private static PlanPolicy Policy(YamlMap root, YamlMap destination)
    {
        var usual = PlanPolicy.Default;
        var (preferred, placement) = destination.OptionalChoice("placement", ("spread", PlacementPreference.Spread), ("pack", PlacementPreference.Pack));
        var migration = root.Map("migration");
        var limits = root.Map("limits");
        var retry = root.Map("retry");
        return new PlanPolicy(
            limits.OptionalCount("parallel", 1, 1000) ?? usual.Parallel,
            limits.OptionalCount("perDestination", 1, 1000) ?? usual.PerDestination,
            limits.OptionalNumber("memoryHeadroomMebibytes", 0, 1 << 30) is { } headroom ? Bytes.FromMebibytes(headroom) : usual.MemoryHeadroom,
            retry.OptionalCount("attempts", 1, 100) ?? usual.Attempts,
            retry.OptionalSeconds("delaySeconds", 0, Week) ?? usual.RetryDelay,
            new MovePolicy(
                Migration(migration, usual.Move.Migration),
                Timeout(root, "preparation") ?? usual.Move.PreparationTimeout,
                Timeout(root, "verification") ?? usual.Move.VerificationTimeout,
                Timeout(root, "investigation") ?? usual.Move.InvestigationTimeout,
                Timeout(root, "abort") ?? usual.Move.AbortTimeout),
            limits.OptionalCount("perSource", 1, 1000) ?? usual.PerSource,
            limits.OptionalCount("perLink", 1, 1000) ?? usual.PerLink,
            preferred ? placement : usual.Placement,
            limits.OptionalNumber("cpuOvercommit", 0.1, 1000) ?? usual.CpuOvercommit,
            migration.OptionalNumber("assumedDirtyMegabits", 0.001, 10_000_000) is { } dirty ? Bandwidth.FromMegabitsPerSecond(dirty) : usual.AssumedDirtyRate);
    }

    private static TimeSpan? Timeout(YamlMap root, string section) => root.Map(section).OptionalSeconds("timeoutSeconds", 1, Week);

    private static MigrationOptions Migration(YamlMap map, MigrationOptions usual)
    {
        var (stored, storage) = map.OptionalChoice(
            "storage", ("auto", StorageMode.Auto), ("shared", StorageMode.Shared), ("copied", StorageMode.Copied));
        var (said, others) = map.OptionalChoice("otherActors", ("refuse", OtherActorsRule.Refuse), ("tolerate", OtherActorsRule.Tolerate));
        return new MigrationOptions(
            map.OptionalNumber("bandwidthCapMegabits", 0.001, 10_000_000) is { } cap ? Bandwidth.FromMegabitsPerSecond(cap) : usual.BandwidthCap,
            map.OptionalFlag("encrypted") ?? usual.Encrypted,
            map.OptionalFlag("autoConverge") ?? usual.AutoConverge,
            stored ? storage : usual.Storage,
            map.OptionalNumber("maxDowntimeMilliseconds", 1, 600_000) is { } pause ? TimeSpan.FromMilliseconds(pause) : usual.MaxDowntime,
            map.OptionalSeconds("timeoutSeconds", 1, Week) ?? usual.Timeout,
            map.OptionalFlag("postCopy") ?? usual.PostCopy,
            map.OptionalNumber("copyBandwidthCapMegabits", 0.001, 10_000_000) is { } copying ? Bandwidth.FromMegabitsPerSecond(copying) : usual.CopyBandwidthCap,
            map.OptionalFlag("copySynchronously") ?? usual.CopySynchronously,
            map.OptionalNumber("bandwidthSharePercent", 1, 100) / 100 ?? usual.BandwidthShare,
            said ? others : usual.OtherActors);
    }

    private static AlertTrigger[] Triggers(YamlMap map) => [.. map.Maps("alerts").Select(Trigger).OfType<AlertTrigger>()];

    private static AlertTrigger? Trigger(YamlMap map)
    {
        var labels = map.Pairs("labels");
        var hostLabel = map.Text("hostLabel");
        var holdDown = map.OptionalSeconds("holdDownSeconds", 0, Week);
        if (labels.Count == 0)
        {
            map.Error("labels", "A trigger without labels would match every alert.", "Name at least one label, for example alertname: HostHardwareFailing.");
        }

        if (!map.Has("holdDownSeconds"))
        {
            map.Missing("holdDownSeconds", "Write how long the alert must stand before anything is done; longer than common blips.");
        }

        return labels.Count > 0 && hostLabel is not null && holdDown is { } wait ? new AlertTrigger(labels, hostLabel, wait) : null;
    }
}
