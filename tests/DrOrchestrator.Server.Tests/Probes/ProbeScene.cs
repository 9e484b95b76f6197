using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Drivers;
using DrOrchestrator.Drivers.Simulated;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Work;
using DrOrchestrator.Server.Api;
using DrOrchestrator.Server.Configuration;
using DrOrchestrator.Server.Hosting;
using DrOrchestrator.Server.Ingest;
using DrOrchestrator.Server.Probes;
using DrOrchestrator.Server.Tests.Fakes;
using DrOrchestrator.Server.Tests.Guards;
using Microsoft.Extensions.Logging.Abstractions;

namespace DrOrchestrator.Server.Tests.Probes;

/// <summary>Hosts a1 and b1, some of them silent, probed by as many servers as a test asks for, over one record and with one seat for whoever leads.</summary>
public abstract class ProbeScene
{
    private protected static readonly StreamId A1 = new("host", "a1");

    /// <summary>The hosts that do not answer.</summary>
    private protected HashSet<string> Silent { get; } = [];

    private protected FakeLead.Seat Seat { get; } = new();

    /// <summary>The inventory after a1 was taken out of it.</summary>
    private protected static IInventory WithoutA1 { get; } =
        YamlInventory.Parse("inventory.yaml", "version: 1\nsites: [{name: B}]\nhosts: [{name: b1, site: B, driver: simulated, address: \"sim://b1\"}]\n");

    private protected static async Task Rounds(TestServerHost server, HostProbes probes, int count, params HostProbes[] others)
    {
        for (var round = 0; round < count; round++)
        {
            foreach (var each in others.Prepend(probes))
            {
                await each.Once(CancellationToken.None);
            }

            server.Clock.Now += TimeSpan.FromSeconds(30);
        }
    }

    private protected HostProbes Probes(TestServerHost server, string name = "one", Func<string, bool>? isSilent = null, ScriptedDriver? driver = null, ProbeOptions? options = null, IInventory? of = null)
    {
        var drivers = new DriverSet(
            new SimulatedGuests(server.Hypervisors),
            new Dictionary<string, IHypervisorDriver> { ["simulated"] = driver ?? new ScriptedDriver { AnswerOf = host => Answer(host, isSilent ?? Silent.Contains) } });
        var inventory = of ?? server.Get<IInventory>();
        return new HostProbes(
            new Observer(drivers, inventory, server.Clock), inventory, new ProbeReports(server.Get<HostMatching>()), server.Get<ReportIntake>(), Stranded(server, name), new FakeLead(Seat, name),
            options ?? new ProbeOptions(), new EngineOptions { Worker = name }, server.Clock, NullLogger<HostProbes>.Instance);
    }

    private protected static StrandedConditions Stranded(TestServerHost server, string name) =>
        new(server.Get<StateReader>(), server.Streams, new EngineOptions { Worker = name }, NullLogger<StrandedConditions>.Instance);

    private protected static Outcome<HostFacts> Answer(HostEndpoint host, Func<string, bool> isSilent) => isSilent(host.Host.Value)
        ? new Outcome<HostFacts>.Unknown($"{host.Host} did not answer within 5 s.")
        : new Outcome<HostFacts>.Done(new HostFacts(host.Host, "QEMU", "x", 8, Bytes.FromMebibytes(1024), Bytes.FromMebibytes(512)));

    /// <summary>One seat; whoever sits there leads.</summary>
    private protected sealed class FakeLead(FakeLead.Seat seat, string name) : IProbeLead
    {
        public Task<bool> Take(CancellationToken cancellationToken)
        {
            seat.Holder ??= name;
            return Task.FromResult(seat.Holder == name);
        }

        public Task Yield(CancellationToken cancellationToken)
        {
            seat.Holder = seat.Holder == name ? null : seat.Holder;
            return Task.CompletedTask;
        }

        internal sealed class Seat
        {
            public string? Holder { get; set; }
        }
    }
}
