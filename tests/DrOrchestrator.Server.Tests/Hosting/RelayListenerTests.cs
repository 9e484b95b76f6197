using DrOrchestrator.Store;
using Xunit;

namespace DrOrchestrator.Server.Tests.Hosting;

public sealed class RelayListenerTests
{
    private static readonly TimeSpan Ever = TimeSpan.FromDays(1);

    private static StoreOptions Nowhere { get; } = new() { ConnectionString = "Host=nowhere.invalid;Timeout=1" };

    [Fact]
    public async Task What_is_announced_while_nobody_waits_ends_the_next_wait_and_only_that()
    {
        using var listener = new RelayListener(Nowhere, TimeProvider.System);
        listener.Announce();
        listener.Announce();

        await listener.WaitAsync(Ever, TestContext.Current.CancellationToken);
        var next = listener.WaitAsync(Ever, TestContext.Current.CancellationToken);

        Assert.False(next.IsCompleted);
        listener.Announce();
        await next;
    }

    [Fact]
    public async Task Without_an_announcement_a_wait_ends_with_its_time()
    {
        using var listener = new RelayListener(Nowhere, TimeProvider.System);

        await listener.WaitAsync(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_database_whose_name_does_not_resolve_does_not_end_the_server()
    {
        using var listener = new RelayListener(Nowhere, TimeProvider.System);
        await listener.StartAsync(TestContext.Current.CancellationToken);

        await Task.WhenAny(listener.ExecuteTask!, Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.False(listener.ExecuteTask!.IsCompleted);
        await listener.StopAsync(TestContext.Current.CancellationToken);
    }
}
