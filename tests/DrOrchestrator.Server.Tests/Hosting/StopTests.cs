using System.Text;
using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Server.Hosting;
using DrOrchestrator.Server.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DrOrchestrator.Server.Tests.Hosting;

/// <summary>What fails in the moment in which its owner is told to stop is the stop, and no error of a clean stop's log.</summary>
public sealed class StopTests
{
    private static readonly CancellationToken Stopped = new(canceled: true);

    [Fact]
    public async Task Limits_that_can_not_be_recorded_at_the_stop()
    {
        await using var server = await TestServerHost.Start();
        LimitsService? limits = null;
        var inventory = new Gone(() => limits!.StopAsync(CancellationToken.None));
        limits = new LimitsService(server.Streams, inventory, new EngineOptions { Worker = "test" }, server.Clock, NullLogger<LimitsService>.Instance);

        await limits.StartAsync(CancellationToken.None);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => limits.ExecuteTask!);
    }

    [Fact]
    public async Task A_message_that_can_not_be_recorded_at_the_stop()
    {
        await using var server = await TestServerHost.Start();
        server.Unmatched.IsAway = true;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.Foreign.Take("text/plain", null, Encoding.UTF8.GetBytes("a1 is down"), Stopped));
    }

    /// <summary>An inventory that can not be read in the moment of the stop.</summary>
    private sealed class Gone(Func<Task> stop) : IInventory
    {
        public string ContentHash => "";

        public IReadOnlyList<HostEndpoint> Hosts => [];

        public IReadOnlyList<SiteLink> Links => [];

        public FleetLimits Limits
        {
            get
            {
                _ = stop();
                throw new IOException("The disk is gone.");
            }
        }

        public BrakeRules Brakes => BrakeRules.Default;

        public GuestCheck? CheckOf(VmRef vm) => null;

        public FleetRules RulesFor(IReadOnlyCollection<VmRef> vms) => throw new NotSupportedException();
    }
}
