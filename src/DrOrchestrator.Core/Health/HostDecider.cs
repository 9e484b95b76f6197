using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Runs;
using static DrOrchestrator.Core.Health.HostEvent;
using static DrOrchestrator.Core.Health.HostMessage;

namespace DrOrchestrator.Core.Health;

/// <summary>
/// The health of one host: from conditions to at most one run.
/// <para><b>Purpose.</b> Take what is reported, hold down, ask the host itself, and either ask for the run
/// that policy names or stop and say why a person has to decide.</para>
/// <para><b>Invariants.</b> (1) One open condition per fingerprint, however often and by however many
/// replicas it is reported. (2) Nothing is asked for before the hold-down has passed with a condition
/// still open that policy acts on; a hold-down of nothing has passed at once. (3) One run per episode: a condition that stands after its run starts no second one until
/// all were resolved. (4) Only a host that answers is evacuated live.</para>
/// <para><b>Races.</b> A resolution against the end of the hold-down: whichever is first in the stream. A
/// resolution while the host is asked still cancels; once the run is asked for it goes on, because a half
/// evacuated host is not made better by stopping.</para>
/// <para><b>A crash at any point</b> leaves the hold-down's end in the deadline table, or an ask outstanding:
/// to a worker, or to the run, whose id is fixed in the stream before it is asked for.</para>
/// </summary>
public sealed class HostDecider : Decider<HostState, HostMessage, HostEvent>
{
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
        Wake wake => state.Phase is HostPhase.HoldingDown && wake.At >= state.HoldDown!.Until
            ? Decision.Of(new HoldDownElapsed { At = wake.At })
            : Decision.Nothing,
        _ => throw new InvalidOperationException($"A host's stream takes no {message.GetType().Name}."),
    };

    public override HostState Evolve(HostState state, HostEvent @event) => Apply(state, @event) with
    {
        Phase = HostGraph.Graph.Next(state.Phase, @event),
    };

    public override Outstanding React(HostState state)
    {
        switch (state.Phase)
        {
            case HostPhase.HoldingDown:
                return new Outstanding([], state.HoldDown!.Until);

            case HostPhase.Diagnosing:
                var key = ObserveKey(state);
                return new Outstanding([new Ask(key, null, new HostOrder.ObserveHost(state.Host!.Value) { Key = key, From = StreamId.Host(state.Host.Value) }, Awaited: true)]);

            case HostPhase.Recovering:
                var recovery = state.Recovery!;
                var trigger = new RunTrigger(RunTriggerKind.Alert, new Actor($"host-{state.Host}"), recovery.Cause, state.Host);
                return new Outstanding(
                    [new Ask($"{recovery.Run}/start", StreamId.Run(recovery.Run), new RunMessage.StartRun(recovery.Run, recovery.Plan, state.Host!.Value, trigger), Awaited: true)]);

            default:
                return Outstanding.Nothing;
        }
    }

    private static string ObserveKey(HostState state) => $"{state.Host}/observe/{state.Episode}";

    private static Decision Raise(HostState state, RaiseCondition raise)
    {
        var known = state.Conditions.ContainsKey(raise.Condition.Fingerprint);
        var starts = state.Phase is HostPhase.Healthy && raise.Policy is not null;
        if (known && !starts)
        {
            return Decision.Nothing;
        }

        List<object> events = known ? [] : [new ConditionRaised(raise.Host, raise.Condition, raise.By, raise.Policy is not null) { At = raise.At }];
        if (starts)
        {
            events.Add(new HoldDownStarted(raise.Condition.Fingerprint, raise.At + raise.Policy!.HoldDown, raise.Policy.Plan) { At = raise.At });
            if (raise.Policy.HoldDown <= TimeSpan.Zero)
            {
                events.Add(new HoldDownElapsed { At = raise.At });
            }
        }

        return Decision.Of(events);
    }

    private static Decision Resolve(HostState state, ResolveCondition resolve)
    {
        if (!state.Conditions.ContainsKey(resolve.Fingerprint))
        {
            return Decision.Nothing;
        }

        var resolved = new ConditionResolved(resolve.Fingerprint, resolve.By) { At = resolve.At };
        if (state.Acting.Remove(resolve.Fingerprint).Count > 0)
        {
            return Decision.Of(resolved);
        }

        return state.Phase switch
        {
            HostPhase.HoldingDown or HostPhase.Diagnosing =>
                Decision.Of(resolved, new HoldDownCancelled("Every condition that policy acts on was resolved before anything was done.") { At = resolve.At }),
            HostPhase.Withheld or HostPhase.Handled => Decision.Of(resolved, new HostRecovered { At = resolve.At }),
            _ => Decision.Of(resolved),
        };
    }

    private static Decision Diagnose(HostState state, ReportHost report)
    {
        if (state.Phase is not HostPhase.Diagnosing || report.OrderKey != ObserveKey(state))
        {
            return Decision.Nothing;
        }

        var host = state.Host!.Value;
        var names = string.Join(", ", state.Conditions.Values.Select(condition => condition.Name).Distinct());
        if (!report.InInventory)
        {
            return Decision.Of(
                new HostDiagnosed(Diagnosis.HostNotInInventory, $"{names} stands for {host}, which the inventory does not have.") { At = report.At },
                new RecoveryWithheld(new Refusal($"{host} is not in the inventory.", "Add it, or correct the alert's host label.")) { At = report.At });
        }

        if (report.Silence is { } silence)
        {
            return Decision.Of(
                new HostDiagnosed(Diagnosis.HostSilent, $"{names} stands, and {host} does not answer: {silence}") { At = report.At },
                new RecoveryWithheld(new Refusal(
                    $"{host} does not answer, so its VMs may or may not be running and none is started elsewhere.",
                    $"Restore its management connection; when {host} answers again, start the plan by hand (drctl run start).")) { At = report.At });
        }

        var cause = $"{names} has stood on {host} past the hold-down, and the host answers ({report.Facts}).";
        return Decision.Of(
            new HostDiagnosed(Diagnosis.HostSickButAnswering, cause) { At = report.At },
            new RecoveryRequested(new RunId($"{state.Plan!.Name}-{host}-{state.Episode}"), state.Plan, cause) { At = report.At });
    }

    private static Decision Answered(HostState state, RunAnswered answer)
    {
        if (state.Phase is not HostPhase.Recovering || state.Recovery!.Run != answer.Run)
        {
            return Decision.Nothing;
        }

        var ended = new RecoveryEnded(answer.Run, answer.Outcome, answer.Summary) { At = answer.At };
        return state.Acting.Count > 0 ? Decision.Of(ended) : Decision.Of(ended, new HostRecovered { At = answer.At });
    }

    private static HostState Apply(HostState state, HostEvent @event) => @event switch
    {
        ConditionRaised e => state with
        {
            Host = e.Host,
            Conditions = state.Conditions.SetItem(e.Condition.Fingerprint, e.Condition),
            Acting = e.Acts ? state.Acting.Add(e.Condition.Fingerprint) : state.Acting,
        },
        ConditionResolved e => state with { Conditions = state.Conditions.Remove(e.Fingerprint), Acting = state.Acting.Remove(e.Fingerprint) },
        HoldDownStarted e => state with { HoldDown = e, Acting = state.Acting.Add(e.Fingerprint), Diagnosed = null, Withheld = null, Recovery = null, Episode = state.Episode + 1 },
        HoldDownCancelled => state with { HoldDown = null },
        HoldDownElapsed => state,
        HostDiagnosed e => state with { Diagnosed = e },
        RecoveryRequested e => state with { Recovery = e },
        RecoveryWithheld e => state with { Withheld = e },
        RecoveryEnded e => state with { LastRecovery = e },
        HostRecovered => state with { HoldDown = null },
        _ => throw new InvalidOperationException($"A host's stream has no {@event.GetType().Name}."),
    };
}
