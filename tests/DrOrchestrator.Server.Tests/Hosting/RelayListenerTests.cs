using System.Threading.Channels;
using DrOrchestrator.Store;
using Xunit;

namespace DrOrchestrator.Server.Tests.Hosting;

public sealed class RelayListenerTests
{
    private static readonly TimeSpan Ever = TimeSpan.FromDays(1);

    private static StoreOptions Nowhere { get; } = new() { ConnectionString = "Host=nowhere.invalid;Timeout=1" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_announced_while_nobody_waits_ends_the_next_wait_and_only_that()
    {
        using var listener = new RelayListener(Nowhere, new HandClock());
        listener.Announce();
        listener.Announce();

        await listener.WaitAsync(Ever, Cancellation);
        var next = listener.WaitAsync(Ever, Cancellation);

        Assert.False(next.IsCompleted);
        listener.Announce();
        await next;
    }

    [Fact]
    public async Task Without_an_announcement_a_wait_ends_with_its_time()
    {
        var clock = new HandClock();
        using var listener = new RelayListener(Nowhere, clock);
        var wait = listener.WaitAsync(Ever, Cancellation);
        Assert.False(wait.IsCompleted);

        await clock.FireNext();

        await wait;
    }

    [Theory]
    [InlineData("Host=nowhere.invalid;Timeout=1")]
    [InlineData("NoSuchWord=1")]
    public async Task Whatever_keeps_it_from_listening_is_tried_again_and_does_not_end_the_server(string connection)
    {
        var clock = new HandClock();
        using var listener = new RelayListener(new StoreOptions { ConnectionString = connection }, clock);
        await listener.StartAsync(Cancellation);

        // Each pause before another attempt is a failure that was survived; a listener that gave up would ask for none.
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var pause = clock.FireNext();
            Assert.Same(pause, await Task.WhenAny(pause, listener.ExecuteTask!));
        }

        await listener.StopAsync(Cancellation);
    }

    /// <summary>Time passes only when a test fires the next timer, and that waits until there is one.</summary>
    private sealed class HandClock : TimeProvider
    {
        private readonly Channel<Action> timers = Channel.CreateUnbounded<Action>();

        public async Task FireNext() => (await timers.Reader.ReadAsync(Cancellation))();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            timers.Writer.TryWrite(() => callback(state));
            return new Fired();
        }

        private sealed class Fired : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
