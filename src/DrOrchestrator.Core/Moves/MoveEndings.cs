using DrOrchestrator.Core.Custody;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using static DrOrchestrator.Core.Moves.MoveEvent;
using static DrOrchestrator.Core.Moves.MoveMessage;

namespace DrOrchestrator.Core.Moves;

/// <summary>How a move comes to its end: the transfer's report, what the places say, the guest's word, and time.</summary>
internal static class MoveEndings
{
    public static Decision Transferred(MoveState state, ReportTransfer message)
    {
        if (state.Phase is not (MovePhase.Transferring or MovePhase.Aborting) || state.Move!.Claim != message.Claim)
        {
            return Decision.Nothing;
        }

        var report = message.Report;
        var reported = new TransferReported(report) { At = message.At };

        // What follows speaks of this report: its reason, its outcome, its figures.
        state = MoveEvolution.Evolve(state, reported);
        var verdict = report.Result is TransferResult.Refused && state.UnsettledSince is null
            ? TransferJudgement.OfRefused(report.Source, report.Destination)
            : TransferJudgement.Of(report.Source, report.Destination);
        if (verdict is TransferVerdict.AtDestination)
        {
            return Decision.Of([reported, .. Arrived(state, report.Source, "It was migrated away and its own host says that it is gone.", message.At)]);
        }

        // A request whose end is not known may still take effect, this worker's or that of one whose claim
        // lapsed before it: only looking again, later, can clear a place.
        if (report.Result is TransferResult.Unknown || state.UnsettledSince is not null || verdict is TransferVerdict.Unclear or TransferVerdict.RunsTwice or TransferVerdict.Vanished)
        {
            return Decision.Of([reported, .. Investigate(state, Sentence(report), [report.Source, report.Destination], verdict, message.At)]);
        }

        return Decision.Of([reported, .. Concluded(state, verdict, report.Source, report.Destination, "The migration's own record shows its end.", message.At)]);
    }

    public static Decision Inspected(MoveState state, ReportPlaces message)
    {
        if (message.OrderKey != MoveReaction.InspectKey(state))
        {
            return Decision.Nothing;
        }

        var events = new List<object>();
        var inspected = new PlacesInspected(message.Places) { At = message.At };
        var settled = state is { Phase: MovePhase.Clearing, SourceSettled: false, UnsettledSince: not null }
            && IsSourceSettled(MoveEvolution.Evolve(state, inspected), message);
        if (settled || !message.Places.SequenceEqual(state.LastInspection))
        {
            inspected = inspected with { SourceSettled = settled };
            events.Add(inspected);
            state = MoveEvolution.Evolve(state, inspected);
        }

        var sentence = $"The bound for pending requests ({message.PendingRequestBound.TotalSeconds:0} s) has passed.";
        events.AddRange(state.Phase switch
        {
            MovePhase.Investigating => Investigated(state, message, sentence),
            MovePhase.Clearing => Cleared(state, message, sentence),
            _ => [],
        });
        return events.Count == 0 ? Decision.Nothing : Decision.Of(events);
    }

    public static Decision Verified(MoveState state, ReportVerification message)
    {
        if (state.Phase is not MovePhase.Verifying || message.OrderKey != MoveReaction.VerifyKey(state))
        {
            return Decision.Nothing;
        }

        var there = state.Move!.Destination.Host;
        return message.Failure is { } failure
            ? Decision.Of([.. message.Found is { } found
                ? EndNowhere(state, new PlaceReport(there, found), failure, message.At)
                : EndAt(state, MoveOutcome.Failed, there, failure, message.At)])
            : Decision.Of(
            [
                new GuestVerified(message.Observation, message.How) { At = message.At },
                .. EndAt(state, MoveOutcome.Moved, there, message.How, message.At),
            ]);
    }

    public static Decision Woken(MoveState state, Wake wake)
    {
        if (wake.LapsedClaim is { } lapsed && state.Move?.Claim == lapsed)
        {
            var claimLapsed = new ClaimLapsed(lapsed) { At = wake.At };
            if (state.Phase is MovePhase.Aborting)
            {
                return Decision.Of(claimLapsed, new InvestigationStarted("The worker of the transfer vanished while it was being stopped.") { At = wake.At });
            }

            var late = OnTime(MoveEvolution.Evolve(state, claimLapsed), wake.At).Events;
            return late.Count == 0 && state.Move.HaltReason is not null
                ? Decision.Of(claimLapsed, VanishedWhileHalted(wake.At))
                : Decision.Of([claimLapsed, .. late]);
        }

        return OnTime(state, wake.At);
    }

    /// <summary>Whether it began is not known, and nobody may begin it: the places are asked.</summary>
    public static InvestigationStarted VanishedWhileHalted(DateTimeOffset at) =>
        new("The worker of the transfer vanished, and as its run is halted nobody begins it anew.") { At = at };

    private static Decision OnTime(MoveState state, DateTimeOffset at) =>
        MoveReaction.Deadline(state) is { } deadline && at >= deadline ? Overdue(state, at) : Decision.Nothing;

    private static Decision Overdue(MoveState state, DateTimeOffset at)
    {
        var move = state.Move!;
        var policy = move.Policy;
        switch (state.Phase)
        {
            case MovePhase.Preparing:
                return Decision.Of(
                [
                    EndAtSource(state, MoveOutcome.Refused, $"Preflight gave no answer within {policy.PreparationTimeout.TotalSeconds:0} s. Check that both hosts answer.", at),
                    new CustodySettled(move.Source.Host) { At = at },
                ]);

            case MovePhase.Transferring when move.Attempts == 0:
                return Decision.Of(
                [
                    NeverAttempted(state, at),
                    EndAtSource(state, MoveOutcome.Failed, "No worker took the transfer before its deadline. Check that a server is running and not at its limit.", at),
                    new CustodySettled(move.Source.Host) { At = at },
                ]);

            case MovePhase.Transferring:
                var requested = new AbortRequested(new Actor($"vm-{state.Vm!.Id}"), $"The transfer did not end within its deadline of {policy.Migration.Timeout.TotalSeconds:0} s.") { At = at };
                return move.Claim is not null
                    ? Decision.Of(requested)
                    : Decision.Of(requested, new InvestigationStarted("The transfer's worker vanished and its deadline has passed.") { At = at });

            case MovePhase.Aborting:
                return Decision.Of(new InvestigationStarted($"The stop was not confirmed within {policy.AbortTimeout.TotalSeconds:0} s.") { At = at });

            case MovePhase.Investigating:
                return Decision.Of([.. EndUnknown(state, at)]);

            case MovePhase.Verifying:
                return Decision.Of([.. EndAt(
                    state,
                    MoveOutcome.Failed,
                    move.Destination.Host,
                    $"It was migrated, but the guest gave no sign of life within {policy.VerificationTimeout.TotalSeconds:0} s. Look at its console at {move.Destination.Host}.",
                    at)]);

            default:
                return Decision.Nothing;
        }
    }

    /// <summary>
    /// Whether no request can still take effect at this place. What counts is when it was asked: an answer of before the
    /// bound, heard after it, proves nothing. The bound begins anew when a silent host answers again, for a frozen one
    /// executes after its thaw what waits in its sockets.
    /// </summary>
    private static bool IsSettled(MoveState state, ReportPlaces message, HostId place) =>
        state.UnsettledSince is not { } since
        || (state.AnsweringSince.TryGetValue(place, out var answering)
            && message.AskedAt >= (answering > since ? answering : since) + message.PendingRequestBound);

    /// <summary>Asked when nothing of ours could be on its way to it any more, the source has no migration under way.</summary>
    private static bool IsSourceSettled(MoveState state, ReportPlaces message) =>
        message.Places.First(place => place.Host == state.Last!.Source.Host) is { State: not null, MigratingOut: false } source
        && IsSettled(state, message, source.Host);

    /// <summary>
    /// Whether the migration that the source shows is this move's, to be watched again. It is not where the one who took it up last was
    /// refused, nor where the source runs while a copy waits at the destination already: that one keeps any other from coming in.
    /// </summary>
    private static bool IsOurs(CurrentMove move, PlaceReport source, PlaceReport destination) =>
        source.MigratingOut && move.Report?.Result is not TransferResult.Refused
        && (source.State, destination.State) is not (VmState.Running, VmState.Paused);

    private static IEnumerable<object> Investigated(MoveState state, ReportPlaces message, string sentence)
    {
        var source = message.Places.First(place => place.Host == state.Move!.Source.Host);
        var destination = message.Places.First(place => place.Host == state.Move!.Destination.Host);
        var verdict = TransferJudgement.Of(source, destination);
        return verdict switch
        {
            TransferVerdict.AtDestination => Arrived(state, source, "Its own host says that it is gone, and the destination runs it.", message.At),
            TransferVerdict.RunsTwice => Duplicate(state, message.Places, message.At),
            TransferVerdict.Unclear => IsOurs(state.Move!, source, destination) && state.Move!.AbortReason is null
                ? [new TransferFoundRunning { At = message.At }]
                : [],

            // Where it is nobody has said yet. To clear both would leave no place at all, and a second copy could be started.
            TransferVerdict.Vanished => [],

            // A destination that is silent stays a place; that the move ended is for the source alone to say.
            TransferVerdict.AtSourceDestinationSilent => IsSettled(state, message, source.Host)
                ? Concluded(state, verdict, source, destination, sentence, message.At)
                : [],
            _ => IsSettled(state, message, source.Host) && IsSettled(state, message, destination.Host)
                ? Concluded(state, verdict, source, destination, sentence, message.At)
                : [],
        };
    }

    private static IEnumerable<object> Cleared(MoveState state, ReportPlaces message, string sentence)
    {
        // A guest that arrived was sent by its source, which has it no more: nothing can be pending. Else a source that is
        // silent may still send, so that the destination's own absence clears nothing.
        var source = message.Places.First(place => place.Host == state.Last!.Source.Host);
        var destination = message.Places.First(place => place.Host == state.Last!.Destination.Host);
        var verdict = TransferJudgement.Of(source, destination);
        if (verdict is TransferVerdict.Vanished && state.Custody.Places.All(place => place.Host == source.Host || place.Host == destination.Host))
        {
            return [];
        }

        var settled = verdict is TransferVerdict.AtDestination || message.Places.All(place => IsSettled(state, message, place.Host));
        var running = message.Places.Where(place => place.State is VmState.Running && !place.MigratingOut).Select(place => place.Host).ToArray();
        if (running.Length > 1)
        {
            return Duplicate(state, message.Places, message.At);
        }

        // While a place is silent and none runs it, the place where it ran last stays beside the silent one.
        // Once all have answered, each answer stands for itself.
        var keep = running.Length == 0 && message.Places.Any(place => place.State is null) ? state.RunsAt : null;
        var gone = message.Places.Where(place =>
            settled && place.Host != keep && place.State is { } answer && TransferJudgement.IsGone(answer) && state.Custody.Includes(place.Host)).ToArray();
        var left = state.Custody.Places.Select(place => place.Host).Except(gone.Select(place => place.Host)).ToArray();
        IEnumerable<object> cleared = gone.Select(place => Confirmed(place, sentence, message.At));

        // A place that is left without having been asked is one where somebody else's copy was seen.
        HostId? runsAt = running.Length == 1 ? running[0] : left is [var host] && message.Places.All(place => place.Host != host) ? host : null;
        return left.Length <= 1 ? cleared.Append(new CustodySettled(runsAt) { At = message.At }) : cleared;
    }

    private static IEnumerable<object> Duplicate(MoveState state, IReadOnlyList<PlaceReport> places, DateTimeOffset at)
    {
        HostId[] hosts = [.. places.Where(place => place.State is VmState.Running).Select(place => place.Host)];
        return hosts.SequenceEqual(state.Duplicate) ? [] : [new DuplicateObserved(hosts) { At = at }];
    }

    private static IEnumerable<object> Investigate(
        MoveState state, string why, IReadOnlyList<PlaceReport> places, TransferVerdict verdict, DateTimeOffset at) =>
    [
        new InvestigationStarted(why) { At = at },
        .. verdict is TransferVerdict.RunsTwice ? Duplicate(state, places, at) : [],
    ];

    private static IEnumerable<object> Arrived(MoveState state, PlaceReport source, string settled, DateTimeOffset at) =>
    [
        Confirmed(source, settled, at),
        new GuestArrived(state.Move!.Destination.Host, state.Move.Report?.ReportedDowntime, state.Move.Report?.Transferred) { At = at },
    ];

    /// <summary>The verdict stands and nothing can be pending: clear what is gone, and end.</summary>
    private static IEnumerable<object> Concluded(
        MoveState state, TransferVerdict verdict, PlaceReport source, PlaceReport destination, string settled, DateTimeOffset at)
    {
        var move = state.Move!;
        switch (verdict)
        {
            case TransferVerdict.AtSource:
                return
                [
                    Confirmed(destination, settled, at),
                    EndAtSource(state, NotMoved(move), WhyNotMoved(move), at),
                    new CustodySettled(source.Host) { At = at },
                ];

            case TransferVerdict.AtSourceDestinationSilent:
                return
                [
                    new MoveEnded(
                        move.Id,
                        move.Run,
                        NotMoved(move),
                        source.Host,
                        $"{WhyNotMoved(move)} {destination.Host} does not answer and is held as a place where a copy might be.",
                        [destination.Host]) { At = at },
                ];

            default:
                PlaceReport[] gone = [.. new[] { source, destination }.Where(place => TransferJudgement.IsGone(place.State!.Value))];
                var reason = $"The guest runs neither at {source.Host} nor at {destination.Host}: {source.Host} says {source.State}, {destination.Host} says {destination.State}. Its last report: {WhyNotMoved(move)}";

                // A crashed copy is still in memory and stays a place.
                HostId[] left = [.. new[] { source.Host, destination.Host }.Except(gone.Select(place => place.Host))];
                var ended = new MoveEnded(move.Id, move.Run, MoveOutcome.Failed, null, reason, left) { At = at };
                return
                [
                    .. gone.Select(place => Confirmed(place, settled, at)),
                    .. left.Length <= 1 ? new object[] { ended, new CustodySettled(null) { At = at } } : [ended],
                ];
        }
    }

    private static IEnumerable<object> EndUnknown(MoveState state, DateTimeOffset at)
    {
        var move = state.Move!;
        HostId[] running = [.. state.LastInspection.Where(place => place.State is VmState.Running).Select(place => place.Host)];
        HostId? runsAt = running.Length == 1 ? running[0] : null;
        HostId[] uncleared = [.. state.Custody.Places.Select(place => place.Host).Where(host => host != runsAt)];
        yield return new MoveEnded(
            move.Id,
            move.Run,
            MoveOutcome.Unknown,
            runsAt,
            $"After {move.Policy.InvestigationTimeout.TotalSeconds:0} s it is still not known what became of it: {Answers(state.LastInspection)}. {HeldVm.Until(state)}",
            uncleared) { At = at };
    }

    private static IEnumerable<object> EndAt(MoveState state, MoveOutcome outcome, HostId host, string reason, DateTimeOffset at) =>
    [
        new MoveEnded(state.Move!.Id, state.Move.Run, outcome, host, reason, []) { At = at },
        new CustodySettled(host) { At = at },
    ];

    /// <summary>It arrived and died. A crashed copy is still in memory and stays a place.</summary>
    private static IEnumerable<object> EndNowhere(MoveState state, PlaceReport there, string reason, DateTimeOffset at)
    {
        var gone = TransferJudgement.IsGone(there.State!.Value);
        yield return new MoveEnded(state.Move!.Id, state.Move.Run, MoveOutcome.Failed, null, reason, gone ? [] : [there.Host]) { At = at };
        if (gone)
        {
            yield return Confirmed(there, "It was seen to run there and its own host says that it does no more.", at);
        }

        yield return new CustodySettled(null) { At = at };
    }

    public static MoveEnded EndAtSource(MoveState state, MoveOutcome outcome, string reason, DateTimeOffset at) =>
        new(state.Move!.Id, state.Move.Run, outcome, state.Move.Source.Host, reason, []) { At = at };

    public static PlaceCleared NeverAttempted(MoveState state, DateTimeOffset at) =>
        new(new FenceEvidence.NeverAttempted(state.Move!.TransferKey) { Host = state.Move.Destination.Host, At = at }) { At = at };

    private static PlaceCleared Confirmed(PlaceReport place, string settled, DateTimeOffset at) =>
        new(new FenceEvidence.HypervisorConfirmed(place.State!.Value, settled) { Host = place.Host, At = at }) { At = at };

    private static MoveOutcome NotMoved(CurrentMove move) => move switch
    {
        { AbortedOnRequest: true } => MoveOutcome.Aborted,
        { HaltReason: not null, AbortReason: null, Report: null } => MoveOutcome.Withdrawn,
        { Report.Result: TransferResult.Refused } => MoveOutcome.Refused,
        _ => MoveOutcome.Failed,
    };

    private static string WhyNotMoved(CurrentMove move) => move switch
    {
        { AbortReason: { } reason } => reason,
        { HaltReason: { } reason, Report: null } => $"{reason} Its worker had vanished, and nothing of it is under way.",
        { Report: { Reason.Length: > 0 } report } => report.Reason,
        { Report.Result: TransferResult.Done } => "The hypervisor reported success, but the guest is not at the destination.",
        _ => "The transfer did not reach its end.",
    };

    private static string Sentence(TransferReport report) =>
        $"{(report.Reason.Length > 0 ? report.Reason + " " : "")}Source and destination say: {Answers([report.Source, report.Destination])}.";

    private static string Answers(IEnumerable<PlaceReport> places) =>
        string.Join(", ", places.Select(place => $"{place.Host} {(place.State is { } state ? $"{state}{(place.MigratingOut ? " (migrating)" : "")}" : "no answer")}"));
}
