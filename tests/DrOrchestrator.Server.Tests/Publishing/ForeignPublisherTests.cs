using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Messaging;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Publishing;
using DrOrchestrator.Server.Tests.Fakes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using Xunit;

namespace DrOrchestrator.Server.Tests.Publishing;

/// <summary>A broker that is away for long is told to a person by the process that publishes, and no longer when it does not.</summary>
public sealed class ForeignPublisherTests
{
    private static readonly CommittedEvent Fact =
        new(StreamId.Parse("run-evacuate-a1"), 7, new RunEvent.RunEnded(RunOutcome.Completed, "4 of 4 moved.") { At = SteppedClock.Start });

    private readonly SteppedClock clock = new();

    [Fact]
    public async Task Publishing_that_is_stuck_for_long_is_a_concern_until_it_goes_on_or_another_process_publishes()
    {
        // Nothing listens at this port, and nothing may without root.
        var options = new PublishingOptions { Broker = new Uri("amqp://guest:s3cret@127.0.0.1:1/"), Exchange = "facts", Again = TimeSpan.FromMilliseconds(10) };
        var log = new Failures();
        await using var publisher = new ForeignPublisher(options, new EngineOptions { Worker = "one" }, clock, log);
        using var leads = new CancellationTokenSource();
        var following = publisher.Follow([Fact], leads.Token);
        await Wait.Until(() => log.Count > 1);
        Assert.Empty(await publisher.Now(CancellationToken.None));

        clock.Now += options.StuckAfter;

        var concern = Assert.Single(await publisher.Now(CancellationToken.None));
        Assert.Equal((ConcernKind.DrPublishingStuck, (DateTimeOffset?)SteppedClock.Start), (concern.Kind, concern.Since));
        Assert.StartsWith("Nothing could be published to facts at 127.0.0.1 since 2026-03-01 02:15:00 UTC", concern.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", concern.Summary, StringComparison.Ordinal);
        Assert.Equal("warning", OutgoingAlert.Of(concern, clock.Now).Labels["severity"]);
        await leads.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
        Assert.Empty(await publisher.Now(CancellationToken.None));
    }

    [Fact]
    public async Task A_channel_that_breaks_once_more_when_it_is_let_go_holds_nothing_up_and_its_connection_is_closed()
    {
        var options = new PublishingOptions { Broker = new Uri("amqp://127.0.0.1:1/"), Exchange = "facts", Again = TimeSpan.FromMilliseconds(10) };
        var (broken, sound) = (ScriptedBroker.Connection(breaks: true), ScriptedBroker.Connection(breaks: false));
        var connections = new Queue<ScriptedBroker>([broken, sound]);
        var publisher = new ForeignPublisher(
            options, new EngineOptions { Worker = "one" }, clock, NullLogger<ForeignPublisher>.Instance, _ => Task.FromResult((IConnection)(object)connections.Dequeue()));

        await publisher.Follow([Fact], CancellationToken.None);
        await publisher.DisposeAsync();

        Assert.Equal((1, 1), (broken.Closed, sound.Closed));
        Assert.Equal((0, 1), (broken.Taken, sound.Taken));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_begins_where_the_record_stands_unless_it_is_to_begin_with_its_beginning(bool fromTheBeginning)
    {
        var options = new PublishingOptions { Broker = new Uri("amqp://127.0.0.1:1/"), Exchange = "facts", FromTheBeginning = fromTheBeginning };
        await using var publisher = new ForeignPublisher(options, new EngineOptions { Worker = "one" }, clock, NullLogger<ForeignPublisher>.Instance);

        Assert.Equal(fromTheBeginning, publisher.FromTheBeginning);
        Assert.False(new PublishingOptions { Broker = options.Broker, Exchange = "facts" }.FromTheBeginning);
    }

    /// <summary>Counts the tries that failed.</summary>
    private sealed class Failures : ILogger<ForeignPublisher>
    {
        private int count;

        public int Count => Volatile.Read(ref count);

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Interlocked.Increment(ref count);
    }
}
