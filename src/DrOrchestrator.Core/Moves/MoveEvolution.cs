using System.Collections.Immutable;
using DrOrchestrator.Core.Custody;
using DrOrchestrator.Core.Inventory;
using static DrOrchestrator.Core.Moves.MoveEvent;

namespace DrOrchestrator.Core.Moves;

/// <summary>The fold of a VM's events.</summary>
internal static class MoveEvolution
{
    public static MoveState Evolve(MoveState state, MoveEvent @event)
    {
        var phase = MoveGraph.Graph.Next(state.Phase, @event);
        var next = Apply(state, @event);
        return phase == state.Phase
            ? next
            : next with { Phase = phase, Move = next.Move is { } move ? move with { PhaseSince = @event.At } : null };
    }

    private static MoveState Apply(MoveState state, MoveEvent @event) => @event switch
    {
        VmEnrolled e => state with
        {
            Vm = e.Vm,
            RunsAt = e.RunsAt,
            Custody = e.Doubtful.Append(e.RunsAt).Aggregate(state.Custody.NextGeneration(), (custody, host) => custody.Add(host)),
        },
        VmFoundElsewhere e => state with
        {
            RunsAt = e.Host,
            Custody = state.Custody.NextGeneration().Add(e.Host),

            // It went on there, so that what a move left waiting is older.
            StaleBelow = state.Custody.Generation + 1,
        },
        MoveStarted e => state with
        {
            Custody = state.Custody with { Generation = e.Generation },
            Move = new CurrentMove(e.Move, e.Run, e.Source, e.Destination, e.Check, e.Policy, e.At) { Foreseen = e.Foreseen ?? [] },
            LastInspection = [],
            AnsweringSince = state.AnsweringSince.Clear(),
            UnsettledSince = null,
            SourceSettled = false,
            StaleBelow = 0,
        },
        MoveRefused e => Answered(state, new MoveAnswer(e.Move, e.Run, e.Vm, MoveOutcome.Refused, state.RunsAt, e.Why.ToString(), [], null)),
        MoveWithdrawn e => Answered(state, new MoveAnswer(e.Move, e.Run, e.Vm, MoveOutcome.Withdrawn, state.RunsAt, e.Reason, [], null)),
        MoveHalted e => state with { Move = state.Move! with { HaltReason = e.Reason } },
        SourcePrepared e => state with { Move = state.Move! with { Baseline = e.Baseline, Policy = PolicyUnder(e.Doubt, state.Move) } },
        PlaceAdded e => state with { Custody = state.Custody.Add(e.Host), Move = state.Move! with { TransferSince = e.At } },
        OrderClaimed e => state with { Move = state.Move! with { Claim = e.Claim, Attempts = e.Claim.Attempt, Policy = PolicyUnder(e.Doubt, state.Move) } },
        ClaimLapsed e => state with
        {
            Custody = state.Custody.NextGeneration(),
            UnsettledSince = e.At,
            Move = state.Move! with { Claim = null },
        },
        TransferProgressed e => state with { Move = state.Move! with { Progress = e.Progress }, DirtyRate = Seen(state, e) },
        TransferReported e => state with
        {
            // A certain end is that worker's own; what a vanished one before it asked for stays in doubt.
            UnsettledSince = e.Report.Result is TransferResult.Unknown ? e.At : state.UnsettledSince,
            Move = state.Move! with { Claim = null, Report = e.Report },
        },
        AbortRequested e => state with { Move = state.Move! with { AbortReason = e.Reason, AbortedOnRequest = e.By.Subject != $"vm-{state.Vm!.Id}" } },
        InvestigationStarted e => state with
        {
            Custody = state.Custody.NextGeneration(),
            UnsettledSince = state.Move!.Claim is not null ? e.At : state.UnsettledSince,
            Move = state.Move with { Claim = null },
        },
        PlacesInspected e => state with
        {
            LastInspection = e.Places,
            AnsweringSince = e.Places.Where(place => place.State is not null).ToImmutableDictionary(
                place => place.Host, place => state.AnsweringSince.GetValueOrDefault(place.Host, e.At)),

            // It was marked with this generation before it was asked, and a copy that it sends later carries that mark.
            StaleBelow = SourceRuns(state, e.Places) ? state.Custody.Generation : state.StaleBelow,
            SourceSettled = state.SourceSettled || e.SourceSettled,
        },
        PlaceCleared e => state with
        {
            Custody = state.Custody.Clear(e.Evidence),
            Duplicate = state.Duplicate.Contains(e.Evidence.Host) ? [] : state.Duplicate,
        },
        TransferFoundRunning => state,
        GuestArrived e => state with { RunsAt = e.Host },
        GuestVerified => state,
        MoveEnded e => Ended(state, e),
        CustodySettled e => state with
        {
            RunsAt = e.RunsAt,
            Last = null,
            LastInspection = [],
            AnsweringSince = state.AnsweringSince.Clear(),
            UnsettledSince = null,
            SourceSettled = false,

            // A look that began while the move was under way must find itself outdated after it.
            Custody = state.Custody.NextGeneration(),
        },
        DuplicateObserved e => state with
        {
            Duplicate = e.Hosts,
            Custody = e.Hosts.Aggregate(state.Custody.NextGeneration(), (custody, host) => custody.Add(host)),
        },
        _ => throw new InvalidOperationException($"A VM's stream has no {@event.GetType().Name}."),
    };

    /// <summary>What was dropped once stays so, whoever takes the transfer up later.</summary>
    private static MovePolicy PolicyUnder(string? doubt, CurrentMove move) => doubt is null ? move.Policy : move.Policy.WithoutPostCopy();

    /// <summary>A guest that is slowed down dirties less than it would; and what an earlier migration saw is of another time.</summary>
    private static ObservedDirtyRate? Seen(MoveState state, TransferProgressed e)
    {
        if (e.Progress is not { DirtyRate: { } rate, ThrottlePercent: null or 0 })
        {
            return state.DirtyRate;
        }

        var ofThisMove = state.DirtyRate is { } known && known.At >= state.Move!.TransferSince ? known : null;
        return ofThisMove?.Rate.BytesPerSecond >= rate.BytesPerSecond ? ofThisMove : new ObservedDirtyRate(rate, e.At);
    }

    private static bool SourceRuns(MoveState state, IReadOnlyList<PlaceReport> places) =>
        places.Any(place => place is { State: VmState.Running, MigratingOut: false } && place.Host == (state.Move ?? state.Last)!.Source.Host);

    private static MoveState Ended(MoveState state, MoveEnded e) => Answered(
        state with
        {
            RunsAt = e.RunsAt,
            Last = state.Move,
            Move = null,

            // Where it ended under its worker's eyes the places are asked under a generation above that worker's: what it left is told by it.
            Custody = state.Phase is not MovePhase.Investigating && e.Uncleared.Count > 0 ? state.Custody.NextGeneration() : state.Custody,
        },
        new MoveAnswer(e.Move, e.Run, state.Vm!.Id, e.Outcome, e.RunsAt, e.Reason, e.Uncleared, state.Move!.Report?.Transferred, e.LeftOut));

    private static MoveState Answered(MoveState state, MoveAnswer answer) =>
        state with { LastAnswer = answer, Closed = state.Closed.SetItem(answer.Move, answer) };
}
