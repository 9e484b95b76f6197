using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Runs;

/// <summary>
/// The terms of one move: the plan's policy, narrowed by what the run knows of the way and by why it was started; and
/// what can be foreseen of it. A run and a preflight on demand make them alike.
/// </summary>
/// <param name="Policy">The rules of this move.</param>
/// <param name="Foreseen">Findings that need no question to a host.</param>
public sealed record MoveTerms(MovePolicy Policy, IReadOnlyList<Finding> Foreseen)
{
    /// <param name="move">The move.</param>
    /// <param name="plan">The plan's policy.</param>
    /// <param name="scope">The look that it was planned from.</param>
    /// <param name="trigger">Why it is made.</param>
    public static MoveTerms Of(PlannedMove move, PlanPolicy plan, ScopeObservation scope, RunTrigger trigger)
    {
        var migration = plan.Move.Migration;
        var way = WayPart.Narrowest(move, scope)?.Width;
        var share = migration.BandwidthShare is { } part && way is { } whole ? new Bandwidth(whole.BytesPerSecond * part) : (Bandwidth?)null;
        var whyNot = migration.PostCopy ? WhyNotPostCopy(trigger) : null;
        var policy = plan.Move with
        {
            Migration = migration with
            {
                BandwidthCap = Narrower(migration.BandwidthCap, share),
                PostCopy = migration.PostCopy && whyNot is null,
                Bounds = new MoveBounds(plan.MemoryHeadroom, plan.CpuOvercommit, way),
            },
        };
        var converges = ConvergenceFindings.Of(move, plan with { Move = policy }, scope);
        if (policy.Migration.PostCopy && ConvergenceFindings.Of(move, plan with { Move = policy.WithoutPostCopy() }, scope) is var then && then != converges)
        {
            policy = policy with { Migration = policy.Migration with { Bounds = policy.Migration.Bounds! with { WithoutPostCopy = then } } };
        }

        var foreseen = new List<Finding> { converges };
        if (whyNot is not null)
        {
            foreseen.Add(NotUsed(FindingSeverity.Information, whyNot));
        }

        if (migration.BandwidthShare is not null && share is null)
        {
            foreseen.Add(new Finding(
                FindingArea.Bandwidth,
                FindingSeverity.Warning,
                "The plan gives a migration a share of its way, and the inventory says of no part of the way what it carries: the share binds nothing.",
                "Write the link's bandwidthMegabits or the hosts' migrationMegabits into the inventory, or set migration.bandwidthCapMegabits."));
        }

        return new MoveTerms(policy, foreseen);
    }

    /// <summary>
    /// Post-copy leaves a guest on two hosts until its last page has come, and takes it with whichever fails: it is for moves that people
    /// planned off a host of which nothing bad is reported. Null: it may be used.
    /// </summary>
    public static string? WhyNotPostCopy(RunTrigger trigger) => trigger switch
    {
        { Kind: not RunTriggerKind.Operator } => "the run was started by an alert, and a source that is suspect could take the guest with it.",
        { Doubt: { } doubt } => Suspect(doubt),
        _ => null,
    };

    /// <summary>The same of what came to stand against the source after the run was asked for: a warning, for the run counted with it.</summary>
    public static Finding NoPostCopy(string doubt) => NotUsed(FindingSeverity.Warning, Suspect(doubt));

    private static string Suspect(string doubt) => $"the source is suspect ({doubt}) and could take the guest with it.";

    private static Finding NotUsed(FindingSeverity severity, string why) => new(FindingArea.Bandwidth, severity, $"The plan allows post-copy, and it is not used: {why}");

    private static Bandwidth? Narrower(Bandwidth? one, Bandwidth? other) =>
        one is not { } first ? other : other is not { } second || first.BytesPerSecond <= second.BytesPerSecond ? first : second;
}
