using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;
using static DrOrchestrator.Core.Admission.AdmissionEvent;
using static DrOrchestrator.Core.Admission.AdmissionMessage;

namespace DrOrchestrator.Core.Admission;

/// <summary>
/// What all runs share: the slots of the fleet, and the stop button.
/// <para><b>Purpose.</b> Let moves through so that no limit over all runs and servers is exceeded at any moment, share what there
/// is fairly, and stop everything at a word.</para>
/// <para><b>Invariants.</b> (1) A move that was granted counts against every limit until its run gives it back, which it does
/// only when the move has ended; one that ended unknown counts on until its VM's record is cleared of the doubt, or a person gives its slot
/// back. (2) Nothing is granted while a stop stands. (3) A stop is in force only when every run
/// that holds moves has said, of each, that it is withdrawn or that its transfer had been claimed before.
/// (4) A run's statement is taken once.</para>
/// <para><b>Races.</b> Statements and answers come late, twice and out of order: a statement has a number and names what changed
/// since the one before, a run states the next only after the answer to the last, and it heeds only answers to its last.
/// A grant against a stop: whichever is first in this stream; a grant that was first is withdrawn by its run or found under way.</para>
/// <para><b>A crash at any point</b> leaves a run's statement outstanding, which is answered again as often as it is asked, or a
/// stop that a run has not obeyed, which is told again until it has.</para>
/// </summary>
public sealed class AdmissionDecider : Decider<AdmissionState, AdmissionMessage, AdmissionEvent>
{
    /// <summary>How long an answer to a run with nothing in hand stays among what is outstanding.</summary>
    private static readonly TimeSpan Told = TimeSpan.FromMinutes(10);

    public static AdmissionDecider Instance { get; } = new();

    public override string Kind => "admission";

    public override AdmissionState Initial => AdmissionState.Initial;

    protected override AdmissionMessage OnDue(Due due) => new Wake();

    protected override AdmissionMessage Stamp(AdmissionMessage message, DateTimeOffset now) => message with { At = now };

    public override Decision Decide(AdmissionState state, AdmissionMessage message) => message switch
    {
        StateSlots stated => state.Runs.TryGetValue(stated.Statement.Run.Value, out var run) && stated.Statement.Number <= run.Number
            ? Decision.Nothing
            : Follow(state, new SlotsStated(stated.Statement) { At = stated.At }),
        SetLimits set => set.Limits == state.Limits && (set.Own is null || state.HasOwn(set.Own))
            ? Decision.Nothing
            : Follow(state, new LimitsSet(set.Limits, set.By, set.Own) { At = set.At }),
        StopAll stop => state.Phase is AdmissionPhase.Open
            ? Follow(state, new StopRequested(state.Stops + 1, stop.By, stop.Reason) { At = stop.At })
            : Repeated(state, stop),
        ResumeAll resume => state.Phase is AdmissionPhase.Open
            ? Decision.Refuse("Nothing is stopped.", "There is nothing to resume; see drctl status.")
            : Follow(state, new AllResumed(resume.By, resume.Reason) { At = resume.At }),
        SettleSlot settle => state.Doubtful.ContainsKey(settle.Move.Value)
            ? Follow(state, new DoubtSettled(settle.Move, settle.RunsAt) { At = settle.At })
            : Decision.Nothing,
        ReleaseSlot release => Release(state, release),
        Wake => Decision.Nothing,
        _ => throw new InvalidOperationException($"The admission's stream takes no {message.GetType().Name}."),
    };

    public override AdmissionState Evolve(AdmissionState state, AdmissionEvent @event) => AdmissionEvolution.Evolve(state, @event);

    public override Outstanding React(AdmissionState state) => state.Runs.Count == 0
        ? Outstanding.Nothing
        : new Outstanding(
        [
            .. state.Runs.Where(run => IsToBeTold(state, run.Value)).Select(run => Answer(state, new RunId(run.Key), run.Value)),
            .. state.Doubtful.Values.Select(doubtful => new Ask(
                $"{doubtful.Slot.Move}/settled", StreamId.Vm(doubtful.Vm), new MoveMessage.AskSettled(doubtful.Slot.Move), Awaited: true, Since: doubtful.At)),
        ]);

    public override IReadOnlyList<Ask> Reply(AdmissionState state, AdmissionMessage message) =>
        message is StateSlots { Statement.Run: var id } && state.Runs.TryGetValue(id.Value, out var run) ? [Answer(state, id, run)] : [];

    private static Decision Release(AdmissionState state, ReleaseSlot release) =>
        state.Doubtful.ContainsKey(release.Move.Value)
            ? Follow(state, new SlotReleased(release.Move, release.By, release.Reason) { At = release.At })
            : state.Runs.FirstOrDefault(run => run.Value.Held.ContainsKey(release.Move.Value)).Key is { } holder
                ? Decision.Refuse($"{release.Move} has not ended: its run gives its slot back when it has.", $"Stop the run if it is not to go on: drctl run abort {holder} --reason WHY.")
                : Decision.Refuse($"No slot is kept for a move {release.Move}.", "drctl admission names the moves whose slots are kept, and why.");

    /// <summary>A run with nothing in hand was told long ago, and is told again when it asks; but the end of a stop it must hear.</summary>
    private static bool IsToBeTold(AdmissionState state, RunSlots run) => !run.IsIdle || run.Stop is not null || run.At >= state.StatedAt - Told - Clocks.Allowance;

    /// <summary>Awaited only while the run has not heard of a stop or of its end: a lost grant is asked for again by the run that waits for it.</summary>
    private static Ask Answer(AdmissionState state, RunId id, RunSlots run)
    {
        var stop = state.Stop is { } stands ? new StopNotice(stands.Stop, stands.By, stands.Reason) : null;
        return new Ask(
            $"{id}/slots/{run.Number}/{run.Grants}/{run.Crowded.Count}/{stop?.Stop ?? 0}",
            StreamId.Run(id),
            new RunMessage.AnswerSlots(run.Number, run.Grants, [.. run.Unheard.Select(grant => grant.Move)], run.Crowded, stop),
            Awaited: run.Stop != stop?.Stop && (!run.IsIdle || run.Stop is not null));
    }

    /// <summary>Who asks again may know more than who asked first: it is on the record, once for each reason that somebody gives.</summary>
    private static Decision Repeated(AdmissionState state, StopAll stop) =>
        (state.Stop!.By, state.Stop.Reason) == (stop.By, stop.Reason) || state.Repeated.Exists(one => (one.By, one.Reason) == (stop.By, stop.Reason))
            ? Decision.Nothing
            : Decision.Of(new StopRepeated(state.Stop.Stop, stop.By, stop.Reason) { At = stop.At });

    /// <summary>An event, and what it makes possible: grants, or a stop that is in force.</summary>
    private static Decision Follow(AdmissionState state, AdmissionEvent @event)
    {
        var next = AdmissionEvolution.Evolve(state, @event);
        if (Granting.Decide(next, @event.At) is { } granted)
        {
            return Decision.Of(@event, granted);
        }

        return next is { Phase: AdmissionPhase.Stopping, Stop: { } stop } && next.Runs.Values.All(run => run.Obeys(stop.Stop))
            ? Decision.Of(@event, new StopInForce(stop.Stop, [.. next.Runs.Values.Where(run => !run.Held.IsEmpty).SelectMany(run => run.UnderWay)]) { At = @event.At })
            : Decision.Of(@event);
    }
}
