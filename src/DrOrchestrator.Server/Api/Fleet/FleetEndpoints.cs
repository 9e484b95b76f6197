using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Server.Api.Description;
using DrOrchestrator.Server.Identity;

namespace DrOrchestrator.Server.Api.Fleet;

/// <summary>Reading the fleet: status, sites, hosts, VMs.</summary>
internal static class FleetEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var view = api.MapGroup("").RequireAuthorization(AccessPolicies.For(Scopes.View));
        view.MapGet("/status", async (StatusViews status, CancellationToken cancellationToken) => Results.Ok(await status.Now(cancellationToken)))
            .Describe<ServerStatus>("status", "The state of the whole in one look, and what a person should see first.");
        view.MapGet("/sites", async (SiteViews sites, CancellationToken cancellationToken) => Results.Ok(new SiteList(await sites.List(cancellationToken))))
            .Describe<SiteList>("listSites", "Sites: their hosts, what those have left, what is under way, and what stands.");
        view.MapGet("/hosts", async (HostViews hosts, CancellationToken cancellationToken) => Results.Ok(new HostList(await hosts.List(cancellationToken))))
            .Describe<HostList>("listHosts", "Hosts as they were last seen, and what stands against each.");
        view.MapGet("/drift", async (DriftViews drift, CancellationToken cancellationToken) => Results.Ok(await drift.Report(cancellationToken)))
            .Describe<DriftReport>("showDrift", "Where what hosts said differs from the inventory and the record; nothing is repaired by itself.");
        view.MapGet("/hosts/{name}", Host).Describe<HostDetail>("showHost", "One host and the VMs that run or might run there.", [404]);
        view.MapGet("/vms", async (VmViews vms, CancellationToken cancellationToken) => Results.Ok(new VmList(await vms.List(cancellationToken))))
            .Describe<VmList>("listVms", "VMs: where each runs, where else a copy might be, and who holds it.");
        view.MapGet("/vms/{idOrName}", Vm).Describe<VmView>("showVm", "One VM, by its id or its name.", [404, 409]);
    }

    private static async Task<IResult> Host(string name, HostViews hosts, VmViews vms, CancellationToken cancellationToken) =>
        await hosts.Find(name, cancellationToken) is { } host
            ? Results.Ok(new HostDetail(host, [.. (await vms.List(cancellationToken)).Where(vm => vm.RunsAt == name || vm.MightRunAt.Contains(name))]))
            : Problems.NotFound("host-not-found", $"There is no host {name}.", "See drctl hosts.");

    private static async Task<IResult> Vm(string idOrName, VmViews vms, CancellationToken cancellationToken) =>
        await vms.Find(idOrName, cancellationToken) switch
        {
            [] => Problems.NotFound("vm-not-found", $"There is no VM {idOrName}.", "See drctl vms."),
            [var vm] => Results.Ok(vm),
            var several => Problems.Refused($"{several.Count} VMs are named {idOrName}.", $"Use an id: {string.Join(", ", several.Select(vm => vm.Id))}."),
        };
}
