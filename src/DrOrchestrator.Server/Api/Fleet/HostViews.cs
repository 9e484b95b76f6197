using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Engine.Ports;

namespace DrOrchestrator.Server.Api.Fleet;

/// <summary>Hosts as they are shown: the inventory, the last look, and each host's health.</summary>
public sealed class HostViews(StateReader states, IInventory inventory, IFleetView fleet)
{
    /// <summary>More hosts than this are not listed.</summary>
    private const int Limit = 5000;

    public async Task<IReadOnlyList<HostView>> List(CancellationToken cancellationToken)
    {
        var health = (await states.List("host", Limit, cancellationToken)).ToDictionary(state => state.Stream.Id, state => (HostState)state.State, StringComparer.Ordinal);
        var spokenOf = health.Where(entry => entry.Value.Conditions.Count > 0).Select(entry => entry.Key);
        return
        [
            .. inventory.Hosts.Select(host => host.Host.Value).Union(spokenOf).Order(StringComparer.Ordinal)
                .Select(name => Compose(name, health.GetValueOrDefault(name, HostState.Initial))),
        ];
    }

    /// <summary>One host; null: neither the inventory nor any alert has spoken of it.</summary>
    public async Task<HostView?> Find(string name, CancellationToken cancellationToken)
    {
        var state = await states.Read(StreamId.Host(new HostId(name)), cancellationToken);
        return state.Version == 0 && inventory.Hosts.All(host => host.Host.Value != name) ? null : Compose(name, (HostState)state.State);
    }

    private HostView Compose(string name, HostState health)
    {
        var look = fleet.Last;
        var endpoint = inventory.Hosts.FirstOrDefault(host => host.Host.Value == name);
        var seen = look?.Observation.Hosts.FirstOrDefault(host => host.Host.Value == name);
        return WithHealth(WithLook(new HostView { Name = name, Health = Words.Of(health.Phase) }, endpoint, seen, seen is null ? null : look!.At), health);
    }

    private static HostView WithLook(HostView view, HostEndpoint? endpoint, HostObservation? seen, DateTimeOffset? at) => view with
    {
        Site = endpoint?.Site.Value,
        Driver = endpoint?.Driver,
        Address = endpoint?.Address,
        Answered = seen?.Answered,
        Silence = seen?.Silence,
        LookedAt = at,
        Hypervisor = seen?.Facts?.Hypervisor,
        CpuModel = seen?.Facts?.CpuModel,
        Cpus = seen?.Facts?.Cpus,
        MemoryTotalBytes = seen?.Facts?.MemoryTotal.Value,
        MemoryFreeBytes = seen?.Facts?.MemoryFree.Value,
        RunningVms = seen is { Answered: true } ? seen.Copies.Count(copy => copy.State is VmState.Running) : null,
    };

    private static HostView WithHealth(HostView view, HostState health) => view with
    {
        Conditions = [.. health.Conditions.Values.Select(condition => new ConditionView(condition.Fingerprint, condition.Name, condition.Summary, condition.StartsAt))],
        HoldDownUntil = health.Phase is HostPhase.HoldingDown ? health.HoldDown?.Until : null,
        Diagnosis = health.Diagnosed?.Diagnosis.ToString(),
        Fact = health.Diagnosed?.Fact,
        Withheld = health.Phase is HostPhase.Withheld ? health.Withheld?.Why.ToString() : null,
        Postponed = health.Phase is HostPhase.Postponed ? health.Postponed?.Why.ToString() : null,
        PostponedUntil = health.Phase is HostPhase.Postponed ? health.Postponed?.Until : null,
        Run = (health.Phase is HostPhase.Recovering ? health.Recovery?.Run : health.LastRecovery?.Run)?.Value,
    };
}
