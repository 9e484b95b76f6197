using System.Diagnostics;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Telemetry;
using DrOrchestrator.Engine.Tests.Fakes;
using DrOrchestrator.Testing.Fakes;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Engine.Tests.Telemetry;

public sealed class TraceTests : IDisposable
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string Parent = $"00-{TraceId}-b7ad6b7169203331-01";
    private static readonly StreamId Vm = StreamId.Vm(Web.Id);
    private static readonly StreamId Host = StreamId.Host(A1.Host);

    private readonly List<Activity> spans = [];
    private readonly ActivityListener listener;

    public TraceTests()
    {
        // The world runs on the test's own thread; other tests' activities come on theirs.
        var thread = Environment.CurrentManagedThreadId;
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == EngineTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
                Environment.CurrentManagedThreadId == thread ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = span =>
            {
                if (Environment.CurrentManagedThreadId == thread && span.Recorded)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
    }

    public void Dispose() => listener.Dispose();

    [Fact]
    public void A_decision_continues_its_messages_trace_and_what_it_asks_for_continues_the_decision()
    {
        var world = new World();
        world.Given(Vm, MoveStory.Enrolled);
        var server = world.NewServer();

        server.Deliver(new Envelope(Guid.Empty, Vm, MoveStory.Start(MoveStory.At(A1, VmState.Running)), Parent));
        server.Process([.. world.Database.Log.Skip(1)]);

        var decision = Assert.Single(spans, span => span.OperationName == "decide start-move");
        Assert.Equal("b7ad6b7169203331", decision.ParentSpanId.ToHexString());
        Assert.Equal("vm_move_started", decision.GetTagItem("dr.events"));
        var send = Assert.Single(spans, span => span.OperationName == "send prepare-source");
        Assert.Equal(decision.SpanId, send.ParentSpanId);
        Assert.Equal(send.Id, Assert.Single(world.Sent).Trace);
        Assert.All(spans, span => Assert.Equal(TraceId, span.TraceId.ToHexString()));
    }

    [Fact]
    public void What_time_brings_on_goes_on_with_the_trace_in_whichever_process()
    {
        var world = new World();
        world.NewServer("one").Deliver(new Envelope(Guid.Empty, Host, new HostMessage.RaiseCondition(A1.Host, Condition(), OnAlert, Night), Parent));
        var raised = Assert.Single(spans);

        world.Pass(40);
        var other = world.NewServer("other");
        other.SweepOnce();
        world.Pass(6);
        other.SweepOnce();

        var due = Assert.Single(spans, span => span.OperationName == "decide due");
        Assert.Equal(raised.SpanId, due.ParentSpanId);
        Assert.Equal([typeof(BrakesMessage.ReportSickness), typeof(HostOrder.ObserveHost)], world.Sent.Select(sent => sent.Body.GetType()));
        Assert.All(world.Sent, sent => Assert.Equal(due.Id, sent.Trace));
    }

    [Fact]
    public void What_says_nothing_new_leaves_no_span()
    {
        var world = new World();
        world.Given(Vm, MoveStory.Started);
        world.NewServer().Deliver(new Envelope(Guid.Empty, Vm, MoveStory.Start(MoveStory.At(A1, VmState.Running)), Parent));
        Assert.Empty(spans);
    }

    [Fact]
    public void A_commit_that_failed_leaves_no_span_and_its_repetition_one()
    {
        var world = new World();
        world.Given(Vm, MoveStory.Enrolled);
        var server = world.NewServer();
        var failures = 1;
        world.Database.Faults = call => call == "append" && failures-- > 0 ? DatabaseFault.LostRequest : DatabaseFault.None;

        server.Deliver(new Envelope(Guid.Empty, Vm, MoveStory.Start(MoveStory.At(A1, VmState.Running)), Parent));

        var decision = Assert.Single(spans);
        Assert.Equal(decision.Id, world.Database.Log[^1].Trace);
    }

    [Fact]
    public void Where_nobody_listens_the_trace_passes_through()
    {
        listener.Dispose();
        var world = new World();
        world.Given(Vm, MoveStory.Enrolled);
        var server = world.NewServer();

        server.Deliver(new Envelope(Guid.Empty, Vm, MoveStory.Start(MoveStory.At(A1, VmState.Running)), Parent));
        server.Process([.. world.Database.Log.Skip(1)]);

        Assert.Equal(Parent, Assert.Single(world.Sent).Trace);
    }

    [Fact]
    public void An_order_is_carried_out_within_its_trace_and_its_answer_continues_it()
    {
        var world = new World();
        world.Given(Vm, MoveStory.Started);
        var server = world.NewServer();
        server.Process(world.Database.Log);
        var order = world.Sent.Single() with { Trace = Parent };

        server.Deliver(order);
        world.Until(() => spans.Any(span => span.OperationName == "decide report-preparation") && server.Desk.UnderWay == 0);

        var work = Assert.Single(spans, span => span.OperationName == "order prepare-source");
        Assert.Equal("b7ad6b7169203331", work.ParentSpanId.ToHexString());
        Assert.Equal(work.SpanId, spans.Single(span => span.OperationName == "decide report-preparation").ParentSpanId);
    }
}
