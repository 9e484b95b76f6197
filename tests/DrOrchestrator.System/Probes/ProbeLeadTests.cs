using DrOrchestrator.Server.Probes;
using DrOrchestrator.Store;
using DrOrchestrator.SystemTests.Infrastructure;

namespace DrOrchestrator.SystemTests.Probes;

/// <summary>Who tells what probes came to, on a real database.</summary>
[Collection(Services.OneByOne)]
public sealed class ProbeLeadTests(Services services) : IClassFixture<Services>
{
    private StoreOptions Options => new() { ConnectionString = services.Database, Schema = "dr" };

    [Fact]
    public async Task One_leads_until_it_yields_or_its_connection_ends()
    {
        await using var one = new PostgresProbeLead(Options);
        await using var two = new PostgresProbeLead(Options);
        Assert.True(await one.Take(CancellationToken.None));
        Assert.True(await one.Take(CancellationToken.None));
        Assert.False(await two.Take(CancellationToken.None));

        await one.Yield(CancellationToken.None);
        Assert.True(await two.Take(CancellationToken.None));
        Assert.False(await one.Take(CancellationToken.None));

        await using (var command = services.Source.CreateCommand(
            "select pg_terminate_backend(pid, 10000) from pg_locks where locktype = 'advisory' and granted"))
        {
            await command.ExecuteNonQueryAsync();
        }

        Assert.True(await one.Take(CancellationToken.None));
        await Assert.ThrowsAnyAsync<Exception>(() => two.Take(CancellationToken.None));
        Assert.False(await two.Take(CancellationToken.None));
    }
}
