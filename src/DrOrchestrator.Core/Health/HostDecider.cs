using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Runs;
using static DrOrchestrator.Core.Health.HostEvent;
using static DrOrchestrator.Core.Health.HostMessage;

namespace DrOrchestrator.Core.Health;

/// <summary>
/// The health of one host: from conditions to at most one run.
/// <para><b>Purpose.</b> Take what is reported, hold down, ask the host itself and the brakes, and either ask for the run
/// that policy names or stop and say why a person has to decide.</para>
/// <para><b>Invariants.</b> (1) One open condition per fingerprint, however often and by however many
/// replicas it is reported, and whatever beginning each gives. (2) Nothing is asked for before the hold-down has passed with a condition
/// still open that policy acts on; a hold-down of nothing has passed at once. (3) One run per episode: a condition that stands after its run starts no second one until
/// all were resolved, and one that a person started and that emptied the host stands for it. (4) Only a host that answers steadily is evacuated live (<see cref="DiagnosisTable"/>). (5) No run is asked for by itself that the brakes did not clear.
/// (6) A run that a person started concludes the episode only if it was asked for within it and moved every VM away.</para>
/// <para><b>Old news.</b> Messages overtake each other: what a sender gave up waiting for may still arrive after what it sent next.
/// A resolution of before the beginning that stands closes nothing; a beginning of before the last resolution opens nothing
/// (<see cref="LateDelivery"/>). Where it can not be told, the condition stands.</para>
/// <para><b>Races.</b> A resolution against the end of the hold-down: whichever is first in the stream. A
/// resolution while the host is asked still cancels; once the run is asked for it goes on, because a half
/// evacuated host is not made better by stopping. A run that a person started may end while one of its own is under way: it is told again until that has ended.</para>
/// <para><b>A crash at any point</b> leaves the hold-down's end in the deadline table, or an ask outstanding:
/// to a worker, or to the run, whose id is fixed in the stream before it is asked for.</para>
/// </summary>
public sealed class HostDecider : Decider<HostState, HostMessage, HostEvent>
{
    /// <summary>
    /// How long after a resolution an older beginning counts as delivered late. Alertmanager gives one delivery the group's interval,
    /// 5 minutes unless configured, and what its peers hold it back, 15 s for each before it. After that an old beginning is one
    /// that stands: an Alertmanager that loses sight of Prometheus resolves by itself, and says the same beginning again afterwards.
    /// </summary>
    public static readonly TimeSpan LateDelivery = TimeSpan.FromMinutes(6);

    /// <summary>
    /// A sender that gives each repetition a time of its own has a later one recorded this far apart; in between, a resolution of
    /// before the last repetition is believed, and the next repetition opens again.
    /// </summary>
    public static readonly TimeSpan Repetition = TimeSpan.FromMinutes(1);

    public static HostDecider Instance { get; } = new();

    public override string Kind => "host";

    public override HostState Initial => HostState.Initial;

    protected override HostMessage OnDue(Due due) => new Wake();

    protected override HostMessage Stamp(HostMessage message, DateTimeOffset now) => message with { At = now };

    public override Decision Decide(HostState state, HostMessage message) => message switch
    {
        RaiseCondition raise => Raise(state, raise),
        ResolveCondition resolve => Resolve(state, resolve),
        ReportHost report => Diagnose(state, report),
        RunAnswered answer => Answered(state, answer),
        NoteSickness note => note.Episode > (note.Sick ? state.NotedSick : state.NotedWell)
            ? Decision.Of(new SicknessNoted(note.Episode, note.Sick) { At = note.At })
            : Decision.Nothing,
        NoteRecovery note => note.Episode > state.NotedRecovery || (note.Episode == state.NotedRecovery && note.Helped && !state.NotedHelped)
            ? Decision.Of(new RecoveryNoted(note.Episode, note.Helped) { At = note.At })
            : Decision.Nothing,
        AnswerRecovery answer => Cleared(state, answer),
        LookAgain again => state.Phase is HostPhase.Postponed && (again.Episode, again.Attempt) == (state.Episode, state.Attempt)
            ? Decision.Of(new PostponementElapsed { At = again.At })
            : Decision.Nothing,
        Wake wake => state switch
        {
            { Phase: HostPhase.HoldingDown } when wake.At >= state.HoldDown!.Until => Decision.Of(new HoldDownElapsed { At = wake.At }),
            { Phase: HostPhase.Postponed } when wake.At >= state.Postponed!.Until => Decision.Of(new PostponementElapsed { At = wake.At }),
            _ => Decision.Nothing,
        },
        _ => throw new InvalidOperationException($"A host's stream takes no {message.GetType().Name}."),
    };

    public override HostState Evolve(HostState state, HostEvent @event) => Apply(state, @event) with
    {
        Phase = HostGraph.Graph.Next(state.Phase, @event),
    };

    public override Outstanding React(HostState state)
    {
        List<Ask> asks = [.. Sickness(state), .. Conclusion(state)];
        switch (state.Phase)
        {
            case HostPhase.HoldingDown:
                return new Outstanding(asks, state.HoldDown!.Until);

            case HostPhase.Diagnosing:
                var key = ObserveKey(state);
                asks.Add(new Ask(key, null, new HostOrder.ObserveHost(state.Host!.Value) { Key = key, From = StreamId.Host(state.Host.Value) }, Awaited: true));
                break;

            case HostPhase.Proposed:
                asks.Add(new Ask(
                    $"{state.Host}/recovery/{state.Episode}/{state.Attempt}",
                    StreamId.Brakes,
                    new BrakesMessage.RequestRecovery(state.Host!.Value, state.Diagnosed!.Site, state.Episode, state.Attempt, state.Proposal!.Run),
                    Awaited: true));
                break;

            case HostPhase.Postponed:
                return new Outstanding(asks, state.Postponed!.Until);

            case HostPhase.Recovering:
                var recovery = state.Recovery!;
                var trigger = new RunTrigger(RunTriggerKind.Alert, new Actor($"host-{state.Host}"), recovery.Cause, state.Host);
                asks.Add(new Ask(
                    $"{recovery.Run}/start", StreamId.Run(recovery.Run), new RunMessage.StartRun(recovery.Run, recovery.Plan, state.Host!.Value, trigger), Awaited: true));
                break;

            default:
                break;
        }

        return asks.Count == 0 ? Outstanding.Nothing : new Outstanding(asks);
    }

    public override IReadOnlyList<Ask> Reply(HostState state, HostMessage message) => message switch
    {
        // While the brakes' own answer is still on its way here, nothing is said: it would be waited for although what held it back is over.
        LookAgain again when state.Host is { } host && !(state.Phase is HostPhase.Proposed && (again.Episode, again.Attempt) == (state.Episode, state.Attempt)) =>
            [new Ask($"{host}/looked-again/{again.Episode}/{again.Attempt}", StreamId.Brakes, new BrakesMessage.NoteLookedAgain(host, again.Episode, again.Attempt), Awaited: false)],

        // While a run of its own is under way, nothing is said: what the other one did is told again, and counts when its own has ended.
        RunAnswered { Episode: { } episode } answer when !(state.Phase is HostPhase.Recovering && episode == state.Episode) =>
            [new Ask($"{answer.Run}/noted", StreamId.Run(answer.Run), new RunMessage.NoteEnd(), Awaited: false)],
        _ => [],
    };

    private static string ObserveKey(HostState state) => $"{state.Host}/observe/{state.Episode}{(state.Attempt == 0 ? "" : $"/{state.Attempt}")}";

    /// <summary>The brakes count the hosts that are sick at once: they hear of every episode, and of its end even where its beginning may not have reached them.</summary>
    private static IEnumerable<Ask> Sickness(HostState state)
    {
        var sick = state.Phase is not HostPhase.Healthy;
        if (state.Episode > (sick ? state.NotedSick : state.NotedWell))
        {
            yield return new Ask(
                $"{state.Host}/{(sick ? "sick" : "well")}/{state.Episode}", StreamId.Brakes, new BrakesMessage.ReportSickness(state.Host!.Value, state.Episode, sick), Awaited: true);
        }
    }

    /// <summary>The brakes count what ran, and no longer count a host that was emptied: they hear what became of each recovery that they may have cleared.</summary>
    private static IEnumerable<Ask> Conclusion(HostState state)
    {
        if (state.Concluded is { } over && (over.Episode > state.NotedRecovery || (over.Episode == state.NotedRecovery && over.Helped && !state.NotedHelped)))
        {
            yield return new Ask(
                $"{state.Host}/concluded/{over.Episode}/{over.Run}",
                StreamId.Brakes,
                new BrakesMessage.ReportRecovery(state.Host!.Value, over.Episode, over.Run, over.Ran, over.Helped),
                Awaited: true);
        }
    }

    private static Decision Raise(HostState state, RaiseCondition raise)
    {
        var fingerprint = raise.Condition.Fingerprint;
        var startsAt = raise.Condition.StartsAt;
        var known = state.Conditions.ContainsKey(fingerprint);
        if (!known && OlderThanItsResolution(state, raise) is { } late)
        {
            return late;
        }

        List<object> events = !known
            ? [new ConditionRaised(raise.Host, raise.Condition, raise.By, raise.Policy is not null) { At = raise.At }]
            : startsAt - state.Begun[fingerprint].StartsAt > (raise.SaidOnce ? Repetition : TimeSpan.Zero) ? [new ConditionRenewed(fingerprint, startsAt, raise.By) { At = raise.At }] : [];
        if (state.Phase is HostPhase.Healthy && raise.Policy is not null)
        {
            events.Add(new HoldDownStarted(fingerprint, raise.At + raise.Policy.HoldDown, raise.Policy.Plan) { At = raise.At });
            if (raise.Policy.HoldDown <= TimeSpan.Zero)
            {
                events.Add(new HoldDownElapsed { At = raise.At });
            }
        }

        return Decision.Of(events);
    }

    private static Decision? OlderThanItsResolution(HostState state, RaiseCondition raise)
    {
        if (raise.Condition.StartsAt == default || !state.Resolved.TryGetValue(raise.Condition.Fingerprint, out var last))
        {
            return null;
        }

        // An end in our future is a wrong clock or a wrong message: it must not hold back what begins after it was heard.
        var ended = last.EndsAt!.Value < last.At ? last.EndsAt.Value : last.At;
        var inDelivery = raise.SaidOnce || raise.At < last.At + LateDelivery;
        return raise.Condition.StartsAt <= ended && inDelivery
            ? Decision.Refuse(
                $"It began at {raise.Condition.StartsAt:u}, and was resolved as of {ended:u}: delivered late, it says nothing of now.",
                raise.SaidOnce
                    ? "If it stands again, report it with the time of that."
                    : $"If it still stands, the next repetition after {last.At + LateDelivery:u} opens it again; to act before, start a plan by hand (drctl run start PLAN --host HOST --reason WHY).")
            : null;
    }

    private static Decision Resolve(HostState state, ResolveCondition resolve)
    {
        if (!state.Begun.TryGetValue(resolve.Fingerprint, out var begun))
        {
            // Its beginning may have been overtaken, and nobody would say a second time that it is over.
            return resolve is { SaidOnce: true, EndsAt: { } ended } && (!state.Resolved.TryGetValue(resolve.Fingerprint, out var known) || known.EndsAt < ended)
                ? Decision.Of(new ConditionResolved(resolve.Fingerprint, resolve.By, ended) { At = resolve.At })
                : Decision.Nothing;
        }

        var older = resolve.EndsAt is { } end ? end < begun.Counts && resolve.StartsAt != begun.StartsAt : resolve.StartsAt < begun.StartsAt;
        if (older)
        {
            return Decision.Refuse(
                $"It resolves what ended at {resolve.EndsAt ?? resolve.StartsAt:u}, before what stands began at {begun.StartsAt:u}: the condition stays open.",
                "Nothing to do, if the condition still stands; its own resolution closes it.");
        }

        var resolved = new ConditionResolved(resolve.Fingerprint, resolve.By, resolve.EndsAt) { At = resolve.At };
        if (state.Acting.Remove(resolve.Fingerprint).Count > 0)
        {
            return Decision.Of(resolved);
        }

        return state.Phase switch
        {
            HostPhase.HoldingDown or HostPhase.Diagnosing or HostPhase.Proposed or HostPhase.Postponed =>
                Decision.Of(resolved, new HoldDownCancelled("Every condition that policy acts on was resolved before anything was done.") { At = resolve.At }),
            HostPhase.Withheld or HostPhase.Handled => Decision.Of(resolved, new HostRecovered { At = resolve.At }),
            _ => Decision.Of(resolved),
        };
    }

    private static Decision Diagnose(HostState state, ReportHost report) =>
        state.Phase is HostPhase.Diagnosing && report.OrderKey == ObserveKey(state) ? HostDiagnosing.Decide(state, report) : Decision.Nothing;

    private static Decision Cleared(HostState state, AnswerRecovery answer)
    {
        if (state.Phase is not HostPhase.Proposed || answer.Episode != state.Episode || answer.Attempt != state.Attempt)
        {
            return Decision.Nothing;
        }

        var proposal = state.Proposal!;
        return Decision.Of(answer switch
        {
            { HeldBack: null } => new RecoveryRequested(proposal.Run, proposal.Plan, proposal.Cause) { At = answer.At },
            { HeldBack: { } why, Until: { } until } => new RecoveryPostponed(why, until) { At = answer.At },
            { HeldBack: { } why } => new RecoveryWithheld(why) { At = answer.At },
        });
    }

    private static Decision Answered(HostState state, RunAnswered answer)
    {
        if (!Counts(state, answer))
        {
            return Decision.Nothing;
        }

        var ended = new RecoveryEnded(answer.Run, answer.Outcome, answer.Summary, answer.Tried) { At = answer.At };
        return state.Acting.Count > 0 ? Decision.Of(ended) : Decision.Of(ended, new HostRecovered { At = answer.At });
    }

    /// <summary>
    /// Its own run counts however it ended. One that a person started counts where it was asked for in this episode and emptied the host: nobody need be
    /// asked for more. One of before the episode may have looked before the last VM came, and one that did not complete leaves the host as it was.
    /// </summary>
    private static bool Counts(HostState state, RunAnswered answer) => state.Phase switch
    {
        HostPhase.Healthy => false,
        HostPhase.Recovering => state.Recovery!.Run == answer.Run,
        _ => answer is { Outcome: RunOutcome.Completed, Tried: true } && answer.Episode == state.Episode && !state.IsEmptied,
    };

    private static HostState Apply(HostState state, HostEvent @event) => @event switch
    {
        ConditionRaised e => state.WithRaised(e),
        ConditionRenewed e => state with { Begun = state.Begun.SetItem(e.Fingerprint, new Beginning(e.StartsAt, e.At)) },
        ConditionResolved e => state.WithResolved(e),
        HoldDownStarted e => state with { HoldDown = e, Acting = state.Acting.Add(e.Fingerprint), Diagnosed = null, Withheld = null, Recovery = null, Proposal = null, Postponed = null, Attempt = 0, FurtherLooks = 0, Episode = state.Episode + 1 },
        HoldDownCancelled => state with
        {
            HoldDown = null,
            Concluded = state.Phase is HostPhase.Proposed ? new RecoveryConclusion(state.Episode, state.Proposal!.Run, Ran: false, Helped: false) : state.Concluded,
        },
        HoldDownElapsed => state,
        HostDiagnosed e => state with { Diagnosed = e },
        RecoveryProposed e => state with { Proposal = e },
        RecoveryPostponed e => state with { Postponed = e, FurtherLooks = state.FurtherLooks + (state.Phase is HostPhase.Diagnosing ? 1 : 0) },
        PostponementElapsed => state with { Attempt = state.Attempt + 1 },
        SicknessNoted e => e.Sick ? state with { NotedSick = e.Episode } : state with { NotedWell = e.Episode },
        RecoveryNoted e => state with { NotedRecovery = e.Episode, NotedHelped = e.Helped ?? state.Concluded is { Helped: true } },
        RecoveryRequested e => state with { Recovery = e },
        RecoveryWithheld e => state with { Withheld = e },
        RecoveryEnded e => state with
        {
            LastRecovery = e,
            Concluded = new RecoveryConclusion(state.Episode, e.Run, Ran: e.Tried && e.Outcome is not RunOutcome.Refused, Helped: e.Outcome is RunOutcome.Completed),
        },
        HostRecovered => state with { HoldDown = null },
        _ => throw new InvalidOperationException($"A host's stream has no {@event.GetType().Name}."),
    };
}
