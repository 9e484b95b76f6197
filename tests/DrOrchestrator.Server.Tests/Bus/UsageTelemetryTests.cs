using DrOrchestrator.Server.Bus;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace DrOrchestrator.Server.Tests.Bus;

public sealed class UsageTelemetryTests
{
    [Fact]
    public void Nothing_of_the_bus_is_reported_to_its_makers()
    {
        var services = new ServiceCollection();
        services.AddDrOrchestratorBus(new BusOptions());

        using var provider = services.BuildServiceProvider();

        Assert.False(provider.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled);
    }
}
