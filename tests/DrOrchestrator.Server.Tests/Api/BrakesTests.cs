using System.Net;
using System.Net.Http.Json;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Api;

public sealed class BrakesTests
{
    [Fact]
    public async Task What_is_held_back_is_shown_with_its_reason()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.View);
        server.Store.Given(
            StreamId.Brakes,
            new BrakesEvent.HostSickened(new HostId("a1"), 1) { At = SteppedClock.Start },
            new BrakesEvent.RecoveryHeldBack(new HostId("a1"), 1, 0, Brake.TooManySickHosts, new Refusal("4 hosts are sick at once.", "Find out why."), null) { At = SteppedClock.Start });

        var brakes = (await client.GetFromJsonAsync<BrakesView>("/api/v1/brakes", ContractJson.Options))!;

        Assert.Equal(["a1"], brakes.SickHosts);
        var held = Assert.Single(brakes.HeldBack);
        Assert.Equal(("a1", "too-many-sick-hosts", "4 hosts are sick at once.", "Find out why."), (held.Host, held.Brake, held.Reason, held.WayOut));
    }

    [Fact]
    public async Task A_maintenance_begins_at_a_persons_word_and_ends_by_itself_or_before()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Operate, Scopes.View);

        using var begun = await client.PostAsJsonAsync("/api/v1/maintenance", new StartMaintenanceRequest("a1.example.org", null, 600, "New fans."), ContractJson.Options);
        var one = Assert.Single((await begun.Content.ReadFromJsonAsync<BrakesView>(ContractJson.Options))!.Maintenance);
        Assert.Equal(("host", "a1", "night-shift", SteppedClock.Start.AddSeconds(600)), (one.Kind, one.Name, one.By, one.Until));

        using var site = await client.PostAsJsonAsync("/api/v1/maintenance", new StartMaintenanceRequest(null, "A", 60, "Power."), ContractJson.Options);
        Assert.Equal(2, (await site.Content.ReadFromJsonAsync<BrakesView>(ContractJson.Options))!.Maintenance.Count);
        server.Clock.Now += TimeSpan.FromSeconds(61);
        Assert.Equal("a1", Assert.Single((await client.GetFromJsonAsync<BrakesView>("/api/v1/brakes", ContractJson.Options))!.Maintenance).Name);

        // That the record took it without saying so makes no refusal of what was done.
        server.Store.AfterNextAppend = MemoryEventStore.LoseAnswer;
        using var ended = await client.PostAsJsonAsync("/api/v1/maintenance/end", new EndMaintenanceRequest("a1", null, "Done."), ContractJson.Options);
        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        Assert.Empty((await ended.Content.ReadFromJsonAsync<BrakesView>(ContractJson.Options))!.Maintenance);
        using var again = await client.PostAsJsonAsync("/api/v1/maintenance/end", new EndMaintenanceRequest("a1", null, "Done."), ContractJson.Options);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Theory]
    [InlineData("a1", null, 0d, 400)]
    [InlineData("a1", null, 1e9, 400)]
    [InlineData("a1", "A", 60d, 400)]
    [InlineData(null, null, 60d, 400)]
    [InlineData("z9", null, 60d, 404)]
    [InlineData(null, "Z", 60d, 404)]
    public async Task A_maintenance_names_one_thing_of_the_inventory_and_an_end(string? host, string? site, double seconds, int status)
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Operate);

        using var answer = await client.PostAsJsonAsync("/api/v1/maintenance", new StartMaintenanceRequest(host, site, seconds, "New fans."), ContractJson.Options);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.NotEmpty((await answer.Content.ReadFromJsonAsync<Problem>(ContractJson.Options))!.WayOut);
    }

    [Theory]
    [InlineData("maintenance")]
    [InlineData("maintenance/end")]
    public async Task Who_may_only_trigger_and_look_begins_none(string what)
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("monitoring", Scopes.Trigger, Scopes.View);

        using var answer = await client.PostAsJsonAsync($"/api/v1/{what}", new StartMaintenanceRequest("a1", null, 60, "New fans."), ContractJson.Options);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }
}
