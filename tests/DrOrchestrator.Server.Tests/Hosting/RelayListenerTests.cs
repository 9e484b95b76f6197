using DrOrchestrator.Store;
using Npgsql;
using Xunit;

namespace DrOrchestrator.Server.Tests.Hosting;

public sealed class RelayListenerTests
{
    private static readonly TimeSpan Ever = TimeSpan.FromDays(1);

    [Fact]
    public async Task What_is_announced_while_nobody_waits_ends_the_next_wait_and_only_that()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");
        using var listener = new RelayListener(nowhere, TimeProvider.System);
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
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");
        using var listener = new RelayListener(nowhere, TimeProvider.System);

        await listener.WaitAsync(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);
    }
}
