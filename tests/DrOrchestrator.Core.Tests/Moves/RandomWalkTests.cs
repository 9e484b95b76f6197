using System.Text.Json;
using CsCheck;
using DrOrchestrator.Core.Custody;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Engine.Serialization;
using Xunit;
using Spec = DrOrchestrator.Testing.Spec;
using static DrOrchestrator.Core.Moves.MoveMessage;
using static DrOrchestrator.Core.Tests.Moves.MoveStory;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Moves;

/// <summary>
/// Any message in any state that can be reached: answers to what is asked, true or not, answers to what was
/// asked long ago, messages of other moves, and time.
/// </summary>
public sealed class RandomWalkTests
{
    private static readonly IDecider Decider = MoveDecider.Instance;

    private static readonly HostEndpoint[] Hosts = [A1, A2, B1];

    private static readonly VmState?[] Answers =
        [null, VmState.Absent, VmState.Absent, VmState.Running, VmState.Running, VmState.Running, VmState.Shutoff, VmState.Paused, VmState.Incoming, VmState.Crashed, VmState.Other];

    [Fact]
    public void The_destination_is_in_custody_whenever_a_transfer_is_asked_for_or_claimed() => Walk((_, after, _, _) =>
    {
        var asked = Decider.React(after).Asks.Select(ask => ask.Message).OfType<MoveOrder.Transfer>().Select(order => order.Destination.Host);
        var claimed = after.Move is { Claim: not null } move ? [move.Destination.Host] : Array.Empty<HostId>();
        Assert.All(asked.Concat(claimed), host => Assert.True(after.Custody.Includes(host)));
    });

    [Fact]
    public void A_place_leaves_only_by_an_event_that_names_its_evidence() => Walk((before, after, decision, _) =>
    {
        var cleared = decision.Events.OfType<MoveEvent.PlaceCleared>().Select(e => e.Evidence.Host).ToHashSet();
        Assert.All(before.Custody.MightRunAt.Except(after.Custody.MightRunAt), host => Assert.Contains(host, cleared));
    });

    [Fact]
    public void A_place_in_doubt_leaves_only_by_an_answer_asked_for_after_the_bound() => Walk((before, _, decision, message) =>
    {
        var destination = (before.Move ?? before.Last)?.Destination.Host;
        foreach (var evidence in decision.Events.OfType<MoveEvent.PlaceCleared>().Select(e => e.Evidence).Where(e => e.Host == destination && before.UnsettledSince is not null))
        {
            Assert.True(message is ReportPlaces places && places.AskedAt >= before.UnsettledSince + places.PendingRequestBound, $"{evidence}");
        }
    });

    [Fact]
    public void Silence_clears_nothing() => Walk((_, _, decision, message) =>
    {
        PlaceReport[] places = message switch
        {
            ReportPlaces report => [.. report.Places],
            ReportTransfer report => [report.Report.Source, report.Report.Destination],
            ObserveVm observe => [.. observe.Places],
            _ => [],
        };
        var confirmed = decision.Events.OfType<MoveEvent.PlaceCleared>().Select(e => e.Evidence).OfType<FenceEvidence.HypervisorConfirmed>();
        Assert.All(confirmed, evidence => Assert.Contains(places, place =>
            place.Host == evidence.Host && place.State == evidence.State && TransferJudgement.IsGone(evidence.State) && !place.MigratingOut));
    });

    [Fact]
    public void One_run_holds_the_VM_until_its_move_has_ended() => Walk((before, after, decision, _) =>
    {
        if (before.Move is { } move && after.Move?.Id != move.Id)
        {
            Assert.Contains(decision.Events, e => e is MoveEvent.MoveEnded ended && ended.Move == move.Id);
        }
    });

    [Fact]
    public void A_move_leaves_the_VM_at_rest_only_with_at_most_one_place() => Walk((before, after, _, _) =>
        Assert.True(before.Phase is MovePhase.Idle or MovePhase.NotEnrolled || after.Phase is not MovePhase.Idle || after.Custody.Places.Count <= 1));

    [Fact]
    public void Generations_only_grow_and_every_new_attempt_has_its_own() => Walk((before, after, decision, _) =>
    {
        Assert.True(after.Custody.Generation >= before.Custody.Generation);
        Assert.True(!decision.Events.Any(e => e is MoveEvent.MoveStarted or MoveEvent.ClaimLapsed or MoveEvent.InvestigationStarted)
            || after.Custody.Generation > before.Custody.Generation);
    });

    [Fact]
    public void A_claim_is_given_once() => WalkStreams(events => Assert.Equal(
        events.OfType<MoveEvent.OrderClaimed>().Count(), events.OfType<MoveEvent.OrderClaimed>().Select(e => e.Claim).Distinct().Count()));

    [Fact]
    public void A_move_ends_once_and_its_answer_stays() => WalkStreams(events =>
    {
        var ended = events.OfType<MoveEvent.MoveEnded>().Select(e => e.Move).Concat(events.OfType<MoveEvent.MoveRefused>().Select(e => e.Move)).ToArray();
        Assert.Equal(ended.Length, ended.Distinct().Count());
        var state = events.Aggregate(MoveState.Initial, (current, e) => (MoveState)Decider.Evolve(current, e));
        Assert.All(ended, move => Assert.True(state.Closed.ContainsKey(move)));
    });

    [Fact]
    public void Saying_a_message_twice_tells_nothing_new() => Walk((_, after, decision, message) =>
        Assert.Empty(Decider.Decide(after, message, LastAt(decision)).Events));

    [Fact]
    public void Whoever_waits_for_a_move_can_ask_for_its_end_again() => Walk((_, after, _, _) => Assert.All(after.Closed, closed =>
        Assert.Single(Decider.Reply(after, new AbortMove(closed.Key, closed.Value.Run, Web.Id, Night, "")))));

    [Fact]
    public void Something_is_awaited_or_time_is_whenever_a_move_is_under_way() => Walk((_, after, _, _) =>
    {
        var outstanding = Decider.React(after);
        Assert.True(after.Move is null || outstanding.WakeAt is not null);
        Assert.True(after.Phase is not MovePhase.Clearing || outstanding.Asks.Any(ask => ask.Awaited));
    });

    [Fact]
    public void Every_ask_has_a_key_of_its_own() => Walk((_, after, _, _) =>
    {
        var keys = Decider.React(after).Asks.Select(ask => ask.Key).ToArray();
        Assert.Equal(keys.Length, keys.Distinct(StringComparer.Ordinal).Count());
    });

    [Fact]
    public void Folding_what_was_stored_gives_the_state_that_was_decided_on() => Walk((before, after, decision, _) =>
    {
        var stored = decision.Events.Select(e => JsonSerializer.Deserialize(JsonSerializer.Serialize(e, e.GetType(), EngineJson.Options), e.GetType(), EngineJson.Options)!);
        var folded = (MoveState)stored.Aggregate((object)before, Decider.Evolve);
        Assert.Equal((after.Phase, after.Custody.Generation, after.RunsAt), (folded.Phase, folded.Custody.Generation, folded.RunsAt));
        Assert.Equal(after.Custody.MightRunAt, folded.Custody.MightRunAt);
        Assert.Equal(Decider.React(after).Asks.Select(ask => Spec.Show(ask.Message)), Decider.React(folded).Asks.Select(ask => Spec.Show(ask.Message)));
    });

    private static void Walk(Action<MoveState, MoveState, Decision, object> check) => Sample(seed => Step(seed, check));

    private static void WalkStreams(Action<IReadOnlyList<object>> check) => Sample(seed => check(Step(seed, (_, _, _, _) => { })));

    private static void Sample(Action<int> walk) => Gen.Int.Sample(walk, iter: 1500);

    private static DateTimeOffset LastAt(Decision decision) => decision.Events.OfType<MoveEvent>().Select(e => e.At).LastOrDefault(Noon);

    private static List<object> Step(int seed, Action<MoveState, MoveState, Decision, object> check)
    {
        var random = new Random(seed);
        var state = MoveState.Initial;
        var now = Noon;
        var events = new List<object>();
        var past = new List<object>();
        for (var step = 0; step < 60; step++)
        {
            now += TimeSpan.FromSeconds(random.NextDouble() * (random.Next(10) == 0 ? 400 : 10));
            object message = past.Count > 0 && random.Next(5) == 0 ? past[random.Next(past.Count)] : Next(state, random, now);
            past.Add(message);
            var decision = Decider.Decide(state, message, now);
            var after = (MoveState)decision.Events.Aggregate((object)state, Decider.Evolve);
            check(state, after, decision, message);
            events.AddRange(decision.Events);
            state = after;
        }

        return events;
    }

    private static object Next(MoveState state, Random random, DateTimeOffset now)
    {
        VmState? Answer() => Answers[random.Next(Answers.Length)];
        PlaceReport Says(HostId host)
        {
            var answer = Answer();
            return new PlaceReport(
                host, answer, answer is VmState.Running or VmState.Paused && random.Next(4) == 0, answer is VmState.Shutoff && random.Next(2) == 0);
        }

        var outstanding = Decider.React(state);
        var order = outstanding.Asks.Select(ask => ask.Message).OfType<MoveOrder>().FirstOrDefault();
        var claim = outstanding.Claim;
        switch (random.Next(12))
        {
            case 0:
                var number = random.Next(1, 4);
                return Start([.. Hosts.Select(host => Says(host.Host))]) with
                {
                    Move = new MoveId($"run-{number}/vm-web/1"),
                    Run = new RunId($"run-{number}"),
                    Source = Hosts.FirstOrDefault(host => host.Host == state.RunsAt) ?? A1,
                    Destination = Hosts[random.Next(Hosts.Length)],
                };
            case 1:
                return new AbortMove(state.Move?.Id ?? new MoveId($"run-{random.Next(1, 4)}/vm-web/1"), state.Move?.Run ?? Run, Web.Id, Night, "Enough.");
            case 2:
                return new Due(random.Next(2) == 0 ? claim : null);
            case 3:
                return new ObserveVm(Web, [.. Hosts.Select(host => Says(host.Host))], state.Custody.Generation - random.Next(2));
            case 4 when claim is not null:
                return new ReportProgress(claim, new MigrationProgress((MigrationStep)random.Next(4), Iteration: random.Next(9)));
            case 5 or 6 or 7 when claim is not null:
                return new ReportTransfer(claim, new TransferReport(
                    (TransferResult)random.Next(4), "So it says.", Says(state.Move!.Source.Host), new PlaceReport(state.Move.Destination.Host, Answer())));
            default:
                return order switch
                {
                    MoveOrder.PrepareSource prepare => new ReportPreparation(
                        prepare.Key, random.Next(4) == 0 ? [new Finding(FindingArea.Storage, FindingSeverity.Error, "No.")] : [], null, null),
                    MoveOrder.Transfer transfer => new ClaimOrder(transfer.Key, transfer.Generation - (random.Next(5) == 0 ? 1 : 0), transfer.Attempt, "w"),
                    MoveOrder.InspectPlaces inspect => new ReportPlaces(
                        inspect.Key, [.. inspect.Places.Select(place => Says(place.Host))], now - TimeSpan.FromSeconds(random.Next(20)), Bound),
                    MoveOrder.VerifyGuest verify => new ReportVerification(verify.Key, null, random.Next(3) == 0 ? "It restarted." : null, "It answers."),
                    _ => new Due(claim),
                };
        }
    }
}
