using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Server.Identity;

namespace DrOrchestrator.Server.Api.Fleet;

/// <summary>Reading the fleet: status, hosts, VMs.</summary>
internal static class FleetEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var view = api.MapGroup("").RequireAuthorization(AccessPolicies.For(Scopes.View));
        view.MapGet("/status", async (StatusViews status, CancellationToken cancellationToken) => Results.Ok(await status.Now(cancellationToken)));
        view.MapGet("/hosts", async (HostViews hosts, CancellationToken cancellationToken) => Results.Ok(new HostList(await hosts.List(cancellationToken))));
        view.MapGet("/hosts/{name}", Host);
        view.MapGet("/vms", async (VmViews vms, CancellationToken cancellationToken) => Results.Ok(new VmList(await vms.List(cancellationToken))));
        view.MapGet("/vms/{idOrName}", Vm);
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
