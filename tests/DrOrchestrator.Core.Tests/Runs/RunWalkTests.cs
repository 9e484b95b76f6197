using System.Text.Json;
using CsCheck;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Core.Tests.Planning;
using DrOrchestrator.Engine.Serialization;
using Xunit;
using static DrOrchestrator.Core.Runs.RunEvent;
using static DrOrchestrator.Core.Runs.RunMessage;
using static DrOrchestrator.Testing.Sample;
using Spec = DrOrchestrator.Testing.Spec;

namespace DrOrchestrator.Core.Tests.Runs;

/// <summary>Runs over generated fleets whose moves end as chance has it, while hosts fall silent and lose room: what holds after every message.</summary>
public sealed class RunWalkTests
{
    private static readonly IDecider Decider = RunDecider.Instance;

    [Fact]
    public void What_is_let_through_exceeds_no_limit_beside_what_is_open() => Walk((before, after, decision, _) =>
    {
        var limits = new LimitsOfAFleet(before.Started!.Plan.Policy, (after.Observation ?? before.Observation)!);
        foreach (var asked in decision.Events.OfType<SlotsRequested>().SelectMany(e => e.Wants))
        {
            // What was open may be too much by a new look at what hosts allow; nothing is added to that.
            List<PlannedMove> open =
            [
                .. after.Open.Select(vm => after.Vms[vm].Plan),
                .. after.Wanted.Select(vm => after.Vms[vm].Wanted!).TakeWhile(wanted => wanted != asked).Select(wanted => wanted.Plan),
            ];
            var already = limits.Exceeded(open).ToHashSet(StringComparer.Ordinal);
            open.Add(asked.Plan);
            Assert.Empty(limits.Exceeded(open).Except(already));
        }
    });

    [Fact]
    public void What_is_learned_changes_only_moves_that_have_not_begun() => Walk((before, after, decision, _) =>
    {
        foreach (var replanned in decision.Events.OfType<RunReplanned>())
        {
            var turnedBack = decision.Events.OfType<MoveFinished>().Where(finished => finished.LeftOut is not null).Select(finished => finished.Vm.Value);
            var takenBack = before.Wanted.Where(vm => replanned.TakenBack?.Contains(before.Vms[vm].Wanted!.Move) is true).ToArray();
            Assert.Equal(replanned.TakenBack?.Count ?? 0, takenBack.Length);
            Assert.Equal(before.Waiting.Concat(turnedBack).Concat(takenBack).Order(), replanned.Moves.Select(move => move.Vm.Id.Value).Order());
            Assert.All(before.Vms.Values.Where(vm => vm.Attempt > 0 && vm.Plan.Vm.Id.Value is var id && !before.Waiting.Contains(id) && !turnedBack.Contains(id) && !takenBack.Contains(id)),
                vm => Assert.Equal(vm.Plan, replanned.Moves.Any(move => move.Vm == vm.Plan.Vm) ? null : vm.Plan));
            Assert.All(before.Open.Except(turnedBack), vm => Assert.Equal(before.Vms[vm].Plan, after.Vms[vm].Plan));
        }
    });

    [Fact]
    public void A_VM_is_turned_back_by_what_the_run_did_not_know_when_it_let_it_through() => Walk((before, _, decision, message) =>
    {
        foreach (var finished in decision.Events.OfType<MoveFinished>().Where(finished => finished.LeftOut is not null))
        {
            Assert.Equal(MoveOutcome.Withdrawn, finished.Outcome);
            Assert.False(before.Vms[finished.Vm.Value].Knowingly);
        }

        Assert.True(message is not MoveAnswered { LeftOut: not null } answer || decision.Events.OfType<MoveFinished>().All(finished => finished.LeftOut is not null || before.Vms[answer.Vm.Value].Knowingly));
    });

    [Fact]
    public void Nobody_waits_for_ever() => Walk((_, after, _, _) =>
    {
        var outstanding = Decider.React(after);
        Assert.True(after.Phase is RunPhase.Ended || outstanding.WakeAt is not null || outstanding.Asks.Any(ask => ask.Awaited));
        Assert.True(after.Phase is not RunPhase.Moving || after.Open.Count > 0 || after.Wanted.Count > 0 || after.AwaitsAnswer || after.Retrying.Count > 0, "VMs wait, and nothing is under way");
    });

    [Fact]
    public void Saying_a_message_twice_tells_nothing_new() => Walk((_, after, decision, message) =>
        Assert.True(message is Due || Decider.Decide(after, message, decision.Events.OfType<RunEvent>().Select(e => e.At).LastOrDefault(Noon)).IsNothing));

    [Fact]
    public void Folding_what_was_stored_asks_for_the_same() => Walk((before, after, decision, _) =>
    {
        var stored = decision.Events.Select(e => JsonSerializer.Deserialize(JsonSerializer.Serialize(e, e.GetType(), EngineJson.Options), e.GetType(), EngineJson.Options)!);
        var folded = (RunState)stored.Aggregate((object)before, Decider.Evolve);
        Assert.Equal(Decider.React(after).Asks.Select(ask => Spec.Show(ask.Message)), Decider.React(folded).Asks.Select(ask => Spec.Show(ask.Message)));
        Assert.Equal(after.Waiting, folded.Waiting);
    });

    [Fact]
    public void A_walk_reaches_replanning_retries_and_the_end()
    {
        var seen = new HashSet<Type>();
        var takenBack = false;
        for (var seed = 0; seed < 200; seed++)
        {
            Step(seed, (_, _, decision, _) =>
            {
                seen.UnionWith(decision.Events.Select(e => e.GetType()));
                takenBack |= decision.Events.OfType<RunReplanned>().Any(replanned => replanned.TakenBack is not null);
            });
        }

        Assert.True(takenBack, "nothing that had asked for its slot was taken back");
        Assert.Superset(new HashSet<Type> { typeof(RunReplanned), typeof(LookRequested), typeof(MoveRetryScheduled), typeof(RunEnded) }, seen);
    }

    private static void Walk(Action<RunState, RunState, Decision, object> check) => Gen.Int.Sample(seed => Step(seed, check), iter: 500);

    private static void Step(int seed, Action<RunState, RunState, Decision, object> check)
    {
        var random = new Random(seed);
        var fleet = GeneratedFleet.Of(seed, sourceHosts: 1);
        var now = Noon;
        var start = new StartRun(Run, fleet.Recovery, fleet.Sources[0], RunStory.ByHand);
        var state = (RunState)Decider.Decide(RunState.Initial, start, now).Events.Aggregate((object)RunState.Initial, Decider.Evolve);
        for (var step = 0; step < 400 && state.Phase is not RunPhase.Ended; step++)
        {
            now += TimeSpan.FromSeconds(random.NextDouble() * 10);
            var message = Next(state, fleet, random);
            var decision = Decider.Decide(state, message, now);
            var after = (RunState)decision.Events.Aggregate((object)state, Decider.Evolve);
            check(state, after, decision, message);
            state = after;
        }

        Assert.Equal(RunPhase.Ended, state.Phase);
    }

    private static object Next(RunState state, GeneratedFleet fleet, Random random)
    {
        var look = Decider.React(state).Asks.Select(ask => ask.Message).OfType<RunOrder.ObserveScope>().FirstOrDefault();
        if (look is not null && (state.Phase is RunPhase.Observing || random.Next(3) == 0))
        {
            return new ReportScope(look.Key, state.Phase is RunPhase.Observing ? fleet.Scope : Later(fleet.Scope, random));
        }

        if (state.AwaitsAnswer && (state.Open.Count == 0 || random.Next(2) == 0))
        {
            return new AnswerSlots(
                state.Requested!.Number, (state.Answered?.Heard ?? 0) + state.Wanted.Count, [.. state.Wanted.Select(waiting => state.Vms[waiting].Wanted!.Move)], [], null);
        }

        if (state.Open.Count == 0)
        {
            return new Due();
        }

        var vm = state.Vms[state.Open[random.Next(state.Open.Count)]];
        if (random.Next(6) == 0)
        {
            var left = new HostLeftOut(vm.Plan.Destination.Host, "It is worked on.", (LeftOutCause)random.Next(2));
            return new MoveAnswered(vm.Open!.Value, vm.Plan.Vm.Id, MoveOutcome.Refused, vm.Plan.Source.Host, left.Why, [], null, left);
        }

        MoveOutcome[] outcomes = [MoveOutcome.Moved, MoveOutcome.Moved, MoveOutcome.Failed, MoveOutcome.Refused, MoveOutcome.Unknown];
        var outcome = outcomes[random.Next(outcomes.Length)];
        return new MoveAnswered(
            vm.Open!.Value, vm.Plan.Vm.Id, outcome, outcome switch { MoveOutcome.Moved => vm.Plan.Destination.Host, MoveOutcome.Unknown => null, _ => vm.Plan.Source.Host }, "So it went.", [], null);
    }

    private static ScopeObservation Later(ScopeObservation scope, Random random) => scope with
    {
        Hosts =
        [
            .. scope.Hosts.Select(host => random.Next(4) == 0 ? Silent(host.Endpoint)
                : host.Facts is null ? host
                : host with { Facts = host.Facts with { MemoryFree = new Bytes((long)(host.Facts.MemoryFree.Value * random.NextDouble())) } }),
        ],
    };
}
