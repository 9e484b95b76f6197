using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Server.Api.Description;
using DrOrchestrator.Server.Configuration;
using DrOrchestrator.Server.Identity;

namespace DrOrchestrator.Server.Api.Brakes;

/// <summary>What holds automation back, and maintenance.</summary>
internal static class BrakesEndpoints
{
    /// <summary>A maintenance that lasts longer is a change of the inventory.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(90);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/brakes", Show).RequireAuthorization(AccessPolicies.For(Scopes.View))
            .Describe<BrakesView>("showBrakes", "Sick hosts, what began by itself lately, what is held back and why, and maintenance.");
        api.MapPost("/maintenance", Start).RequireAuthorization(AccessPolicies.For(Scopes.Operate)).Takes<StartMaintenanceRequest>(RequestBody.Small)
            .Describe<BrakesView>("startMaintenance", "Nothing begins by itself for a host or a site, until the end that it has.", [400, 404, 409]);
        api.MapPost("/maintenance/end", End).RequireAuthorization(AccessPolicies.For(Scopes.Operate)).Takes<EndMaintenanceRequest>(RequestBody.Small)
            .Describe<BrakesView>("endMaintenance", "Ends a maintenance before its time.", [400, 404, 409]);
    }

    private static async Task<IResult> Show(StateReader states, TimeProvider clock, CancellationToken cancellationToken) =>
        Results.Ok(BrakesViews.Of((BrakesState)(await states.Read(StreamId.Brakes, cancellationToken)).State, clock.GetUtcNow()));

    private static async Task<IResult> Start(
        HttpContext context, StreamHandler streams, IInventory inventory, IHostNames hosts, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (request, problem) = await RequestBody.Read<StartMaintenanceRequest>(context);
        if ((problem ?? ReasonText.WhyNot(request!.Reason)) is { } wrong)
        {
            return wrong;
        }

        if (request!.Seconds is not { } seconds || !(seconds > 0) || seconds > Longest.TotalSeconds)
        {
            return Problems.BadRequest("A maintenance has an end.", $"Say in seconds how long it lasts, above 0 and at most {Longest.TotalSeconds:0}.");
        }

        var (target, unknown) = Target(request.Host, request.Site, inventory, hosts);
        return unknown ?? await Handle(
            context, streams, clock, "start-maintenance",
            by => new BrakesMessage.StartMaintenance(target!, clock.GetUtcNow() + TimeSpan.FromSeconds(seconds), by, request.Reason!.Trim()), cancellationToken);
    }

    private static async Task<IResult> End(
        HttpContext context, StreamHandler streams, IInventory inventory, IHostNames hosts, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (request, problem) = await RequestBody.Read<EndMaintenanceRequest>(context);
        if ((problem ?? ReasonText.WhyNot(request!.Reason)) is { } wrong)
        {
            return wrong;
        }

        var (target, unknown) = Target(request!.Host, request.Site, inventory, hosts);
        return unknown ?? await Handle(context, streams, clock, "end-maintenance", by => new BrakesMessage.EndMaintenance(target!, by, request.Reason!.Trim()), cancellationToken);
    }

    private static async Task<IResult> Handle(
        HttpContext context, StreamHandler streams, TimeProvider clock, string cause, Func<Actor, BrakesMessage> message, CancellationToken cancellationToken)
    {
        var by = context.User.Actor();
        var handled = await streams.Handle(StreamId.Brakes, message(by), new Cause(cause, null, by.Subject), cancellationToken);
        return handled.Refusal is { } refusal ? Problems.Refused(refusal) : Results.Ok(BrakesViews.Of((BrakesState)handled.After.State, clock.GetUtcNow()));
    }

    private static (MaintenanceTarget? Target, IResult? Unknown) Target(string? host, string? site, IInventory inventory, IHostNames hosts) => (host, site) switch
    {
        ({ } name, null) => hosts.Find(name) is { } known
            ? (new MaintenanceTarget(MaintenanceKind.Host, known.Value), null)
            : (null, Problems.NotFound("host-not-found", $"The inventory has no host '{name}'.", "See drctl hosts.")),
        (null, { } name) => inventory.Hosts.Any(one => one.Site.Value == name)
            ? (new MaintenanceTarget(MaintenanceKind.Site, name), null)
            : (null, Problems.NotFound("site-not-found", $"No host of the inventory is at a site '{name}'.", $"Sites are {string.Join(", ", inventory.Hosts.Select(one => one.Site).Distinct())}.")),
        _ => (null, Problems.BadRequest("Name a host or a site, and not both.", "For example {\"host\":\"a1\"} or {\"site\":\"A\"}.")),
    };
}
