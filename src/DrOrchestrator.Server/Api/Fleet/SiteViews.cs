using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Server.Api.Brakes;

namespace DrOrchestrator.Server.Api.Fleet;

/// <summary>Sites as they are shown: the inventory, the last look at their hosts, the brakes and the slots.</summary>
public sealed class SiteViews(HostViews hostViews, StateReader states, IInventory inventory, IFleetView fleet, TimeProvider clock)
{
    public async Task<IReadOnlyList<SiteView>> List(CancellationToken cancellationToken)
    {
        var hosts = (await hostViews.List(cancellationToken)).ToLookup(host => host.Site);
        var brakes = (BrakesState)(await states.Read(StreamId.Brakes, cancellationToken)).State;
        var admission = (AdmissionState)(await states.Read(StreamId.Admission, cancellationToken)).State;
        return
        [
            .. inventory.Hosts.Select(host => host.Site).Distinct().OrderBy(site => site.Value, StringComparer.Ordinal)
                .Select(site => Compose(site, [.. hosts[site.Value]], brakes, admission)),
        ];
    }

    private SiteView Compose(SiteId site, HostView[] hosts, BrakesState brakes, AdmissionState admission)
    {
        var now = clock.GetUtcNow();
        var worked = hosts.Where(host => brakes.MaintenanceOf(new HostId(host.Name), site, now) is not null).Select(host => host.Name).ToHashSet(StringComparer.Ordinal);
        var whole = brakes.Maintenance.Find(work => work.Until > now && work.Target == new MaintenanceTarget(MaintenanceKind.Site, site.Value));
        HostView[] usable = [.. hosts.Where(host => host.Answered is true && !worked.Contains(host.Name))];
        return new SiteView
        {
            Name = site.Value,
            Hosts = new SiteHosts(
                hosts.Length,
                hosts.Count(host => host.Answered is true),
                [.. hosts.Where(host => host.Answered is false).Select(host => host.Name)],
                [.. hosts.Where(host => brakes.Sick.ContainsKey(host.Name)).Select(host => host.Name)],
                [.. hosts.Where(host => worked.Contains(host.Name)).Select(host => host.Name)]),
            Maintenance = whole is null ? null : BrakesViews.Of(whole),
            RunningVms = hosts.Sum(host => host.RunningVms ?? 0),
            Capacity = new SiteCapacity(
                usable.Length, usable.Sum(host => host.MemoryTotalBytes ?? 0), usable.Sum(host => host.MemoryFreeBytes ?? 0), usable.Sum(host => host.Cpus ?? 0), Vcpus(usable)),
            MovesUnderWay = admission.Held.Count(slot => Touches(slot, site)),
            MovesWaiting = admission.Runs.Values.SelectMany(run => run.Wanted).Count(slot => Touches(slot, site)),
            MovesLimit = admission.Limits.PerSite,
            Conditions =
            [
                .. hosts.SelectMany(host => host.Conditions.Select(condition => new SiteConditionView(host.Name, condition.Name, condition.Summary, condition.StartsAt))),
            ],
        };
    }

    private int Vcpus(HostView[] hosts)
    {
        var names = hosts.Select(host => host.Name).ToHashSet(StringComparer.Ordinal);
        return (fleet.Last?.Observation.Hosts ?? []).Where(host => names.Contains(host.Host.Value))
            .SelectMany(host => host.Copies).Where(copy => copy.State is VmState.Running).Sum(copy => copy.Vcpus);
    }

    private static bool Touches(WantedSlot slot, SiteId site) => slot.FromSite == site || slot.ToSite == site;
}
