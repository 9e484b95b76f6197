using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Core.Planning;

/// <summary>Memory left at the destinations of one plan while it is being made.</summary>
internal sealed class DestinationRoom
{
    private readonly RecoveryPlan plan;
    private readonly HostObservation[] candidates;
    private readonly string[] silent;
    private readonly Dictionary<HostId, Bytes> free;

    public DestinationRoom(RecoveryPlan plan, ScopeObservation scope, HostId source)
    {
        this.plan = plan;
        var allowed = scope.Hosts.Where(host => host.Host != source && plan.DestinationSites.Contains(host.Endpoint.Site)).ToArray();
        candidates = [.. allowed.Where(host => host.Facts is not null)];
        silent = [.. allowed.Where(host => host.Facts is null).Select(host => host.Host.Value)];
        free = candidates.ToDictionary(host => host.Host, host => host.Facts!.MemoryFree - plan.Policy.MemoryHeadroom);
    }

    public void Reserve(HostId host, Bytes memory)
    {
        if (free.TryGetValue(host, out var left))
        {
            free[host] = left - memory;
        }
    }

    public HostEndpoint? Take(Bytes memory, IReadOnlyCollection<HostId> avoid)
    {
        foreach (var site in plan.DestinationSites)
        {
            var best = candidates.Where(host => host.Endpoint.Site == site && !avoid.Contains(host.Host) && free[host.Host] >= memory)
                .OrderByDescending(host => free[host.Host].Value).ThenBy(host => host.Host).FirstOrDefault();
            if (best is not null)
            {
                Reserve(best.Host, memory);
                return best.Endpoint;
            }
        }

        return null;
    }

    public string WhyNone(Bytes memory)
    {
        var sites = string.Join(", ", plan.DestinationSites);
        if (candidates.Length == 0)
        {
            return silent.Length == 0
                ? $"The inventory has no host at site {sites}."
                : $"No host at site {sites} answers ({string.Join(", ", silent)}).";
        }

        var left = string.Join(", ", candidates.Select(host => $"{host.Host} {free[host.Host]}"));
        return $"It needs {memory}; left above the headroom of {plan.Policy.MemoryHeadroom}: {left}{(silent.Length > 0 ? $"; no answer from {string.Join(", ", silent)}" : "")}.";
    }
}
