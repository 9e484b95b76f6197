using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Drivers;
using DrOrchestrator.Engine.Ports;

namespace DrOrchestrator.Engine.Work;

/// <summary>Looks at hosts.</summary>
internal sealed class ObservationWorker(Reporter reports, Observer observer, IInventory inventory)
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(10);

    public async Task ObserveHost(HostOrder.ObserveHost order, CancellationToken cancellationToken)
    {
        var endpoint = inventory.Hosts.FirstOrDefault(host => host.Host == order.Host);
        var observation = endpoint is null ? null : await observer.Observe(endpoint, cancellationToken);
        var report = new HostMessage.ReportHost(order.Key, endpoint is not null, observation?.Silence, Describe(observation));
        await reports.Report(order.From, report, GiveUpAfter, cancellationToken);
    }

    public async Task ObserveScope(RunOrder.ObserveScope order, CancellationToken cancellationToken)
    {
        var observation = await observer.Look(cancellationToken);
        await reports.Report(order.From, new RunMessage.ReportScope(order.Key, observation), GiveUpAfter, cancellationToken);
    }

    private static string Describe(HostObservation? observation) => observation?.Facts is { } facts
        ? $"{facts.Hypervisor}, {facts.MemoryFree} of {facts.MemoryTotal} free, {observation.Copies.Count(copy => copy.State is VmState.Running)} VMs running"
        : "";
}
