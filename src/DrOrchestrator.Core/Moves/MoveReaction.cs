using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Runs;

namespace DrOrchestrator.Core.Moves;

/// <summary>What a VM's stream waits for in each phase.</summary>
internal static class MoveReaction
{
    public static string? PrepareKey(MoveState state) => state.Move is { } move ? $"{move.Id}/prepare" : null;

    public static string? VerifyKey(MoveState state) => state.Move is { } move ? $"{move.Id}/verify" : null;

    public static string? InspectKey(MoveState state) => state.Phase switch
    {
        MovePhase.Investigating => $"{state.Move!.Id}/inspect@{state.Custody.Generation}",
        MovePhase.Clearing => $"{state.Last!.Id}/clear@{state.Custody.Generation}",
        _ => null,
    };

    public static Outstanding React(MoveState state)
    {
        List<Ask> asks = state.LastAnswer is { } answer ? [Tell(answer)] : [];
        if (state.Move is { HaltReason: not null } halted)
        {
            asks.Add(TellUnderWay(halted));
        }

        switch (state.Phase)
        {
            case MovePhase.Preparing:
                asks.Add(Order(state, PrepareKey(state)!, new MoveOrder.PrepareSource(state.Move!.Source, state.Move.Destination, state.Move.Check, state.Move.Policy)
                {
                    Key = PrepareKey(state)!, From = StreamId.Vm(state.Vm!.Id), Move = state.Move.Id, Vm = state.Vm, Generation = state.Custody.Generation,
                }));
                break;

            case MovePhase.Transferring when state.Move!.Claim is null:
                asks.Add(Order(state, $"{state.Move.TransferKey}#{state.Move.Attempts + 1}", new MoveOrder.Transfer(
                    state.Move.Source, state.Move.Destination, state.Move.Policy, state.Move.Attempts + 1, Follow: state.Move.HaltReason is not null, state.StaleBelow)
                {
                    Key = state.Move.TransferKey, From = StreamId.Vm(state.Vm!.Id), Move = state.Move.Id, Vm = state.Vm, Generation = state.Custody.Generation,
                }));
                break;

            case MovePhase.Aborting:
                asks.Add(Order(state, $"{state.Move!.Id}/abort", new MoveOrder.AbortTransfer(state.Move.Source, state.Move.Destination, state.Move.Policy)
                {
                    Key = $"{state.Move.Id}/abort", From = StreamId.Vm(state.Vm!.Id), Move = state.Move.Id, Vm = state.Vm, Generation = state.Custody.Generation,
                }));
                break;

            case MovePhase.Investigating:
                asks.Add(Inspect(state, state.Move!, [state.Move!.Source, state.Move.Destination], state.Move.AbortReason is not null));
                break;

            case MovePhase.Verifying:
                asks.Add(Order(state, VerifyKey(state)!, new MoveOrder.VerifyGuest(
                    state.Move!.Destination, state.Move.Check, state.Move.Baseline, state.Move.Policy.VerificationTimeout)
                {
                    Key = VerifyKey(state)!, From = StreamId.Vm(state.Vm!.Id), Move = state.Move.Id, Vm = state.Vm, Generation = state.Custody.Generation,
                }));
                break;

            case MovePhase.Clearing:
                // Once nothing of ours can be under way, a migration is an operator's, and none of our business.
                var mayBeOurs = state is { UnsettledSince: not null, SourceSettled: false };
                asks.Add(Inspect(state, state.Last!, [state.Last!.Source, state.Last.Destination], stopTransfer: mayBeOurs));
                break;

            default:
                break;
        }

        return asks.Count == 0 && state.Move is null ? Outstanding.Nothing : new Outstanding(asks, Deadline(state), state.Move?.Claim);
    }

    /// <summary>When the phase has lasted too long; null: it may last.</summary>
    public static DateTimeOffset? Deadline(MoveState state) => state.Move is { } move
        ? state.Phase switch
        {
            MovePhase.Preparing => move.PhaseSince + move.Policy.PreparationTimeout,
            MovePhase.Transferring => move.TransferSince!.Value + move.Policy.Migration.Timeout + (move.Attempts > 0 ? move.Policy.AbortTimeout : TimeSpan.Zero),
            MovePhase.Aborting => move.PhaseSince + move.Policy.AbortTimeout,
            MovePhase.Investigating => move.PhaseSince + move.Policy.InvestigationTimeout,
            MovePhase.Verifying => move.PhaseSince + move.Policy.VerificationTimeout,
            _ => null,
        }
        : null;

    public static Ask Tell(MoveAnswer answer) => new(
        $"{answer.Move}/ended",
        StreamId.Run(answer.Run),
        new RunMessage.MoveAnswered(answer.Move, answer.Vm, answer.Outcome, answer.RunsAt, answer.Reason, answer.Uncleared, answer.Transferred, answer.LeftOut),
        Awaited: false);

    public static Ask TellUnderWay(CurrentMove move) => new(
        $"{move.Id}/under-way", StreamId.Run(move.Run), new RunMessage.ReportUnderWay(move.Id), Awaited: false);

    public static Ask TellSettled(MoveState state, MoveId move) => new(
        $"{move}/settled", StreamId.Admission, new AdmissionMessage.SettleSlot(move, state.RunsAt), Awaited: false);

    private static Ask Inspect(MoveState state, CurrentMove move, IReadOnlyList<HostEndpoint> places, bool stopTransfer) => Order(
        state,
        InspectKey(state)!,
        new MoveOrder.InspectPlaces(places, move.Source, move.Destination, move.Policy, stopTransfer, state.StaleBelow)
        {
            Key = InspectKey(state)!, From = StreamId.Vm(state.Vm!.Id), Move = move.Id, Vm = state.Vm, Generation = state.Custody.Generation,
        });

    private static Ask Order(MoveState state, string key, MoveOrder order) => new(key, null, order, Awaited: true);
}
