using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Engine.Streams;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Health;

/// <summary>
/// Hosts, runs and brakes together, each message carried to its stream: does what a person is told to do lead out of where automation stopped? Workers,
/// VMs and admission are played by the test.
/// </summary>
public sealed class WayOutTests
{
    private static readonly Actor Alertmanager = new("alertmanager");
    private readonly Dictionary<StreamId, object> states = [];
    private readonly HashSet<(StreamId, string)> sent = [];
    private DateTimeOffset now = Noon;

    [Fact]
    public void Hosts_that_a_person_empties_wait_for_nobody_and_no_longer_hold_the_others_back()
    {
        for (var host = 1; host <= 5; host++)
        {
            Raise(host);
        }

        for (var host = 1; host <= 5; host++)
        {
            Look(host);
            Assert.Equal(HostPhase.Withheld, Health(host).Phase);
        }

        for (var host = 1; host <= 3; host++)
        {
            StartByHand(host);
            Assert.Equal((HostPhase.Handled, $"by-hand-h{host}"), (Health(host).Phase, Health(host).LastRecovery!.Run.Value));
            Assert.True(Run(host).IsEndNoted);
            Assert.False(DeciderCatalog.For(StreamId.Host(Named(host))).React(Health(host)).IsOpen);
        }

        Assert.Equal(["h4", "h5"], Brakes.Counting(now));
        Assert.Equal(["h4", "h5"], Brakes.Decided.Keys);

        Raise(6);
        Look(6);
        Assert.Equal((HostPhase.Recovering, new RunId("evacuate-host-h6-1")), (Health(6).Phase, Health(6).Recovery!.Run));
        Assert.Equal(HostPhase.Withheld, Health(4).Phase);
    }

    private BrakesState Brakes => (BrakesState)State(StreamId.Brakes);

    private static HostId Named(int host) => new($"h{host}");

    private HostState Health(int host) => (HostState)State(StreamId.Host(Named(host)));

    private RunState Run(int host) => (RunState)State(StreamId.Run(new RunId($"by-hand-h{host}")));

    private void Raise(int host) => Tell(
        StreamId.Host(Named(host)), new HostMessage.RaiseCondition(Named(host), Condition($"f{host}"), OnAlert with { HoldDown = TimeSpan.Zero }, Alertmanager));

    private void Look(int host) => Tell(StreamId.Host(Named(host)), new HostMessage.ReportHost($"h{host}/observe/1", Observed.Steady));

    /// <summary>As the API does, and every VM is moved.</summary>
    private void StartByHand(int host)
    {
        var (run, at) = (new RunId($"by-hand-h{host}"), Host($"h{host}", "A"));
        var vm = new VmRef(new VmId($"vm-{host}"), $"vm-{host}");
        var health = Health(host);
        Tell(StreamId.Run(run), new RunMessage.StartRun(run, Plan, at.Host, new RunTrigger(RunTriggerKind.Operator, Night, "It must go.", at.Host, health.Doubt, health.Standing)));
        Tell(StreamId.Run(run), new RunMessage.ReportScope($"{run}/observe", Scope(Seen(at, 1024, Copy(vm, at)), Seen(B1, 65536))));
        Tell(StreamId.Run(run), new RunMessage.AnswerSlots(1, 1, [MoveId.Of(run, vm.Id, 1)], [], null));
        Tell(StreamId.Run(run), new RunMessage.MoveAnswered(MoveId.Of(run, vm.Id, 1), vm.Id, MoveOutcome.Moved, B1.Host, "So it went.", [], null));
    }

    private object State(StreamId stream) => states.GetValueOrDefault(stream, DeciderCatalog.For(stream).Initial);

    /// <summary>The message, and all that follows from it; each ask is carried twice, as the sweep would.</summary>
    private void Tell(StreamId stream, object message)
    {
        now += TimeSpan.FromSeconds(1);
        var queue = new Queue<(StreamId To, object Message)>([(stream, message)]);
        while (queue.TryDequeue(out var next))
        {
            var decider = DeciderCatalog.For(next.To);
            var decision = decider.Decide(State(next.To), next.Message, now);
            var after = states[next.To] = decision.Events.Aggregate(State(next.To), decider.Evolve);
            foreach (var ask in decider.React(after).Asks.Where(ask => sent.Add((next.To, ask.Key))))
            {
                Carry(ask);
                Carry(ask);
            }

            if (decision.IsNothing)
            {
                decider.Reply(after, next.Message).ToList().ForEach(Carry);
            }
        }

        void Carry(Ask ask)
        {
            if (ask.To is { Kind: "host" or "run" or "brakes" } to)
            {
                queue.Enqueue((to, ask.Message));
            }
        }
    }
}
