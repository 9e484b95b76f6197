using DrOrchestrator.Core.Custody;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Runs;
using static DrOrchestrator.Core.Moves.MoveEvent;
using static DrOrchestrator.Core.Moves.MoveMessage;

namespace DrOrchestrator.Core.Moves;

/// <summary>
/// One VM, over all runs: its stream is the custody record and the saga of its moves.
/// <para><b>Purpose.</b> Take a guest from one host to another by live migration, four steps and a
/// verification, so that at no instant two copies can run, and so that the record says at any instant
/// where a copy might be.</para>
/// <para><b>Invariants.</b> (1) The destination is a place before any order exists that could put a copy
/// there. (2) A place leaves by evidence: the hypervisor's answer once nothing can be pending, or an
/// order that was never claimed and can not be any more. (3) One run at a time. (4) The transfer is
/// claimed before its effect; its generation is that of its move, and any doubt about a vanished worker
/// raises the generation before both ends are asked. (5) Silence is never read as absence.</para>
/// <para><b>Races.</b> An abort against a claim: whoever is first in the stream wins; an abort that finds
/// an unclaimed first attempt ends the move at once, else the watching worker reports what became of it.
/// An abort against the cutover: the report decides, and a guest that arrived is verified, not brought
/// back. A late start after its own abort or withdrawal finds its move closed. A withdrawal against a claim: a claimed
/// transfer is not withdrawn, and from then on nobody begins it: when its worker vanishes it is looked into, and only followed.</para>
/// <para><b>A crash at any point</b> leaves an order outstanding (asked again by the sweep) or a claim whose
/// heartbeat stops (taken over; the next worker re-attaches to the hypervisor's job, which did not stop).</para>
/// </summary>
public sealed class MoveDecider : Decider<MoveState, MoveMessage, MoveEvent>
{
    public static MoveDecider Instance { get; } = new();

    public override string Kind => "vm";

    public override MoveState Initial => MoveState.Initial;

    protected override MoveMessage OnDue(Due due) => new Wake(due.LapsedClaim);

    protected override MoveMessage Stamp(MoveMessage message, DateTimeOffset now) => message with { At = now };

    public override Decision Decide(MoveState state, MoveMessage message) => message switch
    {
        ObserveVm observe => MoveCustody.Observe(state, observe),
        StartMove start => Start(state, start),
        AbortMove abort => Abort(state, abort),
        WithdrawMove withdraw => Withdraw(state, withdraw),
        ClaimOrder claim => ClaimTransfer(state, claim),
        ReportPreparation report => Prepared(state, report),
        ReportProgress report => Progressed(state, report),
        ReportTransfer report => MoveEndings.Transferred(state, report),
        ReportPlaces report => MoveEndings.Inspected(state, report),
        ReportVerification report => MoveEndings.Verified(state, report),
        AskSettled => Decision.Nothing,
        Wake wake => MoveEndings.Woken(state, wake),
        _ => throw new InvalidOperationException($"A VM's stream takes no {message.GetType().Name}."),
    };

    public override MoveState Evolve(MoveState state, MoveEvent @event) => MoveEvolution.Evolve(state, @event);

    public override Outstanding React(MoveState state) => MoveReaction.React(state);

    public override IReadOnlyList<Ask> Reply(MoveState state, MoveMessage message)
    {
        if (message is AskSettled asked)
        {
            return state.Closed.ContainsKey(asked.Move) && state.Last?.Id != asked.Move ? [MoveReaction.TellSettled(state, asked.Move)] : [];
        }

        var move = message switch { StartMove start => start.Move, AbortMove abort => abort.Move, WithdrawMove withdraw => withdraw.Move, _ => default };
        return move.Value is null ? []
            : state.Closed.TryGetValue(move, out var answer) ? [MoveReaction.Tell(answer)]
            : message is WithdrawMove or AbortMove && state.Move?.Id == move ? [MoveReaction.TellUnderWay(state.Move)]
            : [];
    }

    private static Decision Start(MoveState state, StartMove start)
    {
        if (state.Move?.Id == start.Move || state.Closed.ContainsKey(start.Move))
        {
            return Decision.Nothing;
        }

        var events = new List<object>();
        if (state.Phase is MovePhase.NotEnrolled)
        {
            var enrolled = MoveCustody.Enrol(start.Vm, start.Seen, start.At);
            if (enrolled is null)
            {
                return Refuse(start, new Refusal(
                    $"{start.Vm} was seen running nowhere, so there is nothing to migrate.", "Check the VM at its host, then run the plan again."));
            }

            events.Add(enrolled);
            state = MoveEvolution.Evolve(state, enrolled);
        }

        var refusal = WhyNot(state, start);
        if (refusal is not null)
        {
            events.AddRange(Refuse(start, refusal).Events);
            return Decision.Of(events);
        }

        events.Add(new MoveStarted(
            start.Move, start.Run, start.Source, start.Destination, state.Custody.Generation + 1, start.Check, start.Policy, start.Foreseen is { Count: > 0 } foreseen ? foreseen : null) { At = start.At });
        return Decision.Of(events);
    }

    private static Refusal? WhyNot(MoveState state, StartMove start) => state.Phase switch
    {
        MovePhase.Idle => state.Custody.WhyNotMigrate(start.Source.Host, start.Destination.Host),
        MovePhase.Clearing => new Refusal(
            $"After its last move a copy might still be at {string.Join(", ", state.Custody.MightRunAt.Where(host => host != state.RunsAt))}.",
            HeldVm.Until(state)),
        _ => new Refusal($"Run {state.Move!.Run} holds {start.Vm}.", $"Wait for it, or stop it: drctl run abort {state.Move.Run} --reason WHY."),
    };

    private static Decision Refuse(StartMove start, Refusal why) =>
        Decision.Of(new MoveRefused(start.Move, start.Run, start.Vm.Id, why) { At = start.At });

    private static Decision Abort(MoveState state, AbortMove abort)
    {
        if (state.Closed.ContainsKey(abort.Move))
        {
            return Decision.Nothing;
        }

        if (state.Move?.Id != abort.Move)
        {
            // The start may still be on its way: closing the move now is what makes it come too late.
            return Decision.Of(new MoveRefused(abort.Move, abort.Run, abort.Vm, new Refusal("It was stopped before it began.", "Run the plan again.")) { At = abort.At });
        }

        if (state.Move.AbortReason is not null)
        {
            return Decision.Nothing;
        }

        var requested = new AbortRequested(abort.By, abort.Reason) { At = abort.At };
        return state.Phase switch
        {
            MovePhase.Preparing => Decision.Of(requested, MoveEndings.EndAtSource(state, MoveOutcome.Aborted, abort.Reason, abort.At), Settled(state, abort.At)),
            MovePhase.Transferring when state.Move.Attempts == 0 => Decision.Of(
            [
                requested, MoveEndings.NeverAttempted(state, abort.At), MoveEndings.EndAtSource(state, MoveOutcome.Aborted, abort.Reason, abort.At), Settled(state, abort.At),
            ]),
            MovePhase.Transferring when state.Move.Claim is null => Decision.Of(
                requested, new InvestigationStarted("The worker of the transfer vanished before the stop.") { At = abort.At }),
            MovePhase.Transferring => Decision.Of(requested),

            // Found under way it is stopped when the stop is asked for again; meanwhile nobody may begin it.
            MovePhase.Investigating when state.Move.HaltReason is null => Decision.Of(new MoveHalted(abort.Move, abort.Reason) { At = abort.At }),
            _ => Decision.Nothing,
        };
    }

    /// <summary>
    /// Against a claim: whoever is first in the stream. What was claimed may have begun, and only its end tells; that nobody is to begin
    /// it anew is on record before the run hears that it is under way.
    /// </summary>
    private static Decision Withdraw(MoveState state, WithdrawMove withdraw)
    {
        if (state.Closed.ContainsKey(withdraw.Move))
        {
            return Decision.Nothing;
        }

        if (state.Move?.Id != withdraw.Move)
        {
            // The start may still be on its way: closing the move now is what makes it come too late.
            return Decision.Of(new MoveWithdrawn(withdraw.Move, withdraw.Run, withdraw.Vm, withdraw.Reason) { At = withdraw.At });
        }

        return state.Phase switch
        {
            MovePhase.Preparing => Decision.Of(MoveEndings.EndAtSource(state, MoveOutcome.Withdrawn, withdraw.Reason, withdraw.At), Settled(state, withdraw.At)),
            MovePhase.Transferring when state.Move.Attempts == 0 => Decision.Of(
            [
                MoveEndings.NeverAttempted(state, withdraw.At), MoveEndings.EndAtSource(state, MoveOutcome.Withdrawn, withdraw.Reason, withdraw.At), Settled(state, withdraw.At),
            ]),
            MovePhase.Transferring or MovePhase.Investigating when state.Move.HaltReason is null => Decision.Of(
            [
                new MoveHalted(withdraw.Move, withdraw.Reason) { At = withdraw.At },
                .. state is { Phase: MovePhase.Transferring, Move.Claim: null } ? [MoveEndings.VanishedWhileHalted(withdraw.At)] : Array.Empty<object>(),
            ]),
            _ => Decision.Nothing,
        };
    }

    private static CustodySettled Settled(MoveState state, DateTimeOffset at) => new(state.Move!.Source.Host) { At = at };

    private static Decision ClaimTransfer(MoveState state, ClaimOrder claim)
    {
        var current = state.Move;
        var due = state.Phase is MovePhase.Transferring
            && current is { Claim: null, AbortReason: null }
            && current.TransferKey == claim.OrderKey
            && state.Custody.Generation == claim.Generation
            && current.Attempts + 1 == claim.Attempt;
        return due
            ? Decision.Of(new OrderClaimed(new Claim(claim.OrderKey, claim.Attempt), claim.Worker, AgainstPostCopy(current!, claim.Doubt)) { At = claim.At })
            : Decision.Refuse("This order is claimed, answered or outdated.", "Nothing is left to do for it.");
    }

    private static Decision Prepared(MoveState state, ReportPreparation report)
    {
        if (state.Phase is not MovePhase.Preparing || report.OrderKey != MoveReaction.PrepareKey(state))
        {
            return Decision.Nothing;
        }

        var doubt = AgainstPostCopy(state.Move!, report.Doubt);
        Finding[] findings = [.. report.Findings, .. state.Move!.Foreseen, .. doubt is null ? [] : WithoutPostCopy(doubt, state.Move)];
        var error = findings.FirstOrDefault(finding => finding.Severity is FindingSeverity.Error);
        var why = report.Unanswered
            ?? (error is null ? null : new Refusal(error.Fact, error.WayOut ?? "Correct that first."));
        var prepared = new SourcePrepared(findings, report.Baseline, doubt) { At = report.At };
        return why is not null
            ? Decision.Of(prepared, MoveEndings.EndAtSource(state, MoveOutcome.Refused, why.ToString(), report.At) with { LeftOut = report.LeftOut }, Settled(state, report.At))
            : Decision.Of(prepared, new PlaceAdded(state.Move.Destination.Host, state.Move.TransferKey) { At = report.At });
    }

    private static string? AgainstPostCopy(CurrentMove move, string? doubt) => move.Policy.Migration.PostCopy ? doubt : null;

    private static Finding[] WithoutPostCopy(string doubt, CurrentMove move) =>
        move.Policy.Migration.Bounds?.WithoutPostCopy is { } then ? [MoveTerms.NoPostCopy(doubt), then] : [MoveTerms.NoPostCopy(doubt)];

    private static Decision Progressed(MoveState state, ReportProgress report) =>
        state.Move?.Claim == report.Claim && state.Move.Progress != report.Progress
            ? Decision.Of(new TransferProgressed(report.Progress) { At = report.At })
            : Decision.Nothing;
}
