using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using static DrOrchestrator.Core.Brakes.BrakesEvent;
using static DrOrchestrator.Core.Brakes.BrakesMessage;

namespace DrOrchestrator.Core.Brakes;

/// <summary>
/// Whether automation may begin, seen over all hosts.
/// <para><b>Purpose.</b> A recovery that is right for one host can be wrong for many: know which hosts are sick at once, what
/// began lately and what is being worked on, and let a recovery begin by itself or hold it back with the reason on record.</para>
/// <para><b>Invariants.</b> (1) No more recoveries are cleared within the window than the rules say. (2) None is cleared while more
/// hosts count as sick (<see cref="BrakesState.Counting"/>) than the rules say, at its site or in all, for a target in maintenance, for a host that flaps, or again for a host within its block. (3) One decision for each
/// attempt of an episode.</para>
/// <para><b>Races.</b> Hosts report that they are sick when their hold-down begins, so that at the end of the first the others
/// are known; with no hold-down the first few may begin before the others are heard of, and the cap is what bounds them.</para>
/// <para><b>A maintenance that ends early</b> releases the hosts that wait for its end: each is told until it looks at itself again or says
/// that it waits no longer.</para>
/// <para><b>A crash at any point</b> leaves a host's question outstanding, which is answered again as often as it is asked.</para>
/// </summary>
public sealed class BrakesDecider : Decider<BrakesState, BrakesMessage, BrakesEvent>
{
    public static BrakesDecider Instance { get; } = new();

    public override string Kind => "brakes";

    public override BrakesState Initial => BrakesState.Initial;

    protected override BrakesMessage OnDue(Due due) => new Wake();

    protected override BrakesMessage Stamp(BrakesMessage message, DateTimeOffset now) => message with { At = now };

    public override Decision Decide(BrakesState state, BrakesMessage message) => message switch
    {
        ReportSickness report => Note(state, report),
        RequestRecovery request => Recover(state, request),
        ReportRecovery report => IsConcluded(state, report.Host, report.Episode) && !IsBetter(state.Concluded[report.Host.Value], report)
            ? Decision.Nothing
            : Decision.Of(new RecoveryConcluded(report.Host, report.Episode, report.Run, report.Ran, report.Helped) { At = report.At }),
        SetRules set => set.Rules == state.Rules ? Decision.Nothing : Decision.Of(new RulesSet(set.Rules, set.By) { At = set.At }),
        SetSites set => AreKnown(state, set.Sites) ? Decision.Nothing : Decision.Of(new SitesSet(set.Sites, set.By) { At = set.At }),
        StartMaintenance start => start.Until <= start.At
            ? Decision.Refuse($"The maintenance of {start.Target} would end before it begins.", "Give an end that lies ahead.")
            : Decision.Of(new MaintenanceStarted(start.Target, start.Until, start.By, start.Reason) { At = start.At }),
        EndMaintenance end => state.Maintenance.Exists(one => one.Target == end.Target && one.Until > end.At)
            ? Decision.Of(new MaintenanceEnded(end.Target, end.By, end.Reason) { At = end.At })
            : Decision.Refuse($"{end.Target} is not in maintenance.", "See drctl brakes."),
        NoteLookedAgain note => state.Released.TryGetValue(note.Host.Value, out var held) && (held.Episode, held.Attempt) == (note.Episode, note.Attempt)
            ? Decision.Of(new HostLookedAgain(note.Host, note.Episode, note.Attempt) { At = note.At })
            : Decision.Nothing,
        Wake => Decision.Nothing,
        _ => throw new InvalidOperationException($"The brakes' stream takes no {message.GetType().Name}."),
    };

    public override BrakesState Evolve(BrakesState state, BrakesEvent @event) => state.With(@event);

    public override Outstanding React(BrakesState state) => new(
    [
        .. state.Sick.Select(entry => Noted(new HostId(entry.Key), entry.Value, sick: true)),
        .. state.Mended.Values.Select(entry => Noted(entry.Host, entry.Episode, sick: false)),
        .. state.Concluded.Values.Select(Concluded),
        .. state.Decided.Values.Select(Answer),
        .. state.Released.Values.Select(held => new Ask(
            $"{held.Host}/again/{held.Episode}/{held.Attempt}", StreamId.Host(held.Host), new HostMessage.LookAgain(held.Episode, held.Attempt), Awaited: true)),
    ]);

    public override IReadOnlyList<Ask> Reply(BrakesState state, BrakesMessage message) => message switch
    {
        ReportSickness report => [Noted(report.Host, report.Episode, report.Sick)],
        ReportRecovery report when state.Concluded.TryGetValue(report.Host.Value, out var over) => [Concluded(over)],
        RequestRecovery request when state.Decided.TryGetValue(request.Host.Value, out var decided) => [Answer(decided)],
        _ => [],
    };

    private static Decision Note(BrakesState state, ReportSickness report)
    {
        var known = state.Sick.TryGetValue(report.Host.Value, out var episode) ? episode : (int?)null;
        return report.Sick
            ? known >= report.Episode || (state.Mended.TryGetValue(report.Host.Value, out var mended) && mended.Episode >= report.Episode)
                ? Decision.Nothing
                : Decision.Of(new HostSickened(report.Host, report.Episode) { At = report.At })
            : (known ?? 0) <= report.Episode && (!state.Mended.TryGetValue(report.Host.Value, out var before) || before.Episode < report.Episode)
                ? Decision.Of(new HostMended(report.Host, report.Episode) { At = report.At })
                : Decision.Nothing;
    }

    private static Decision Recover(BrakesState state, RequestRecovery request)
    {
        // A question that comes again after its episode was over is of the past.
        if ((state.Decided.TryGetValue(request.Host.Value, out var decided) && IsOf(decided, request))
            || (state.Mended.TryGetValue(request.Host.Value, out var mended) && mended.Episode >= request.Episode)
            || IsConcluded(state, request.Host, request.Episode))
        {
            return Decision.Nothing;
        }

        List<object> events = [];
        if (!state.Sick.ContainsKey(request.Host.Value))
        {
            var sickened = new HostSickened(request.Host, request.Episode) { At = request.At };
            events.Add(sickened);
            state = state.With(sickened);
        }

        events.Add(BrakeRuling.WhyNot(state, request) is { } why
            ? new RecoveryHeldBack(request.Host, request.Episode, request.Attempt, why.Brake, why.Why, why.Until, why.Maintenance) { At = request.At }
            : new RecoveryCleared(request.Host, request.Episode, request.Attempt, request.Run) { At = request.At });
        return Decision.Of(events);
    }

    private static bool IsConcluded(BrakesState state, HostId host, int episode) =>
        state.Concluded.TryGetValue(host.Value, out var over) && over.Episode >= episode;

    /// <summary>A later run of the same episode may have emptied the host that the first one did not; no later one fills it again.</summary>
    private static bool IsBetter(RecoveryConcluded known, ReportRecovery report) => known.Episode == report.Episode && report.Helped && !known.Helped;

    private static bool AreKnown(BrakesState state, IReadOnlyList<HostSite> sites) =>
        sites.Count == state.Sites.Count && sites.All(one => state.Sites.TryGetValue(one.Host.Value, out var site) && site == one.Site);

    private static bool IsOf(BrakesEvent decided, RequestRecovery request) => decided switch
    {
        RecoveryCleared e => e.Episode > request.Episode || (e.Episode == request.Episode && e.Attempt >= request.Attempt),
        RecoveryHeldBack e => e.Episode > request.Episode || (e.Episode == request.Episode && e.Attempt >= request.Attempt),
        _ => false,
    };

    private static Ask Noted(HostId host, int episode, bool sick) =>
        new($"{host}/{(sick ? "sick" : "well")}/{episode}", StreamId.Host(host), new HostMessage.NoteSickness(episode, sick), Awaited: false);

    private static Ask Concluded(RecoveryConcluded over) =>
        new($"{over.Host}/concluded/{over.Episode}/{over.Run}", StreamId.Host(over.Host), new HostMessage.NoteRecovery(over.Episode, over.Helped), Awaited: false);

    private static Ask Answer(BrakesEvent decided) => decided switch
    {
        RecoveryCleared e => new Ask($"{e.Host}/recovery/{e.Episode}/{e.Attempt}", StreamId.Host(e.Host), new HostMessage.AnswerRecovery(e.Episode, e.Attempt, null, null), Awaited: false),
        RecoveryHeldBack e => new Ask($"{e.Host}/recovery/{e.Episode}/{e.Attempt}", StreamId.Host(e.Host), new HostMessage.AnswerRecovery(e.Episode, e.Attempt, e.Why, e.Until), Awaited: false),
        _ => throw new InvalidOperationException($"{decided.GetType().Name} is no decision."),
    };
}
