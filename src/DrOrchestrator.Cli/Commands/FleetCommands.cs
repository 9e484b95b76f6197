using System.CommandLine;
using DrOrchestrator.Cli.Views;
using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Cli.Commands;

/// <summary>Reading the fleet.</summary>
internal static class FleetCommands
{
    public static Command Status(CallFactory calls) => calls.Runs(
        new Command("status", "The state of the whole, and what needs a person."),
        async (call, _, cancellationToken) =>
            call.Show(await call.Api.Get<ServerStatus>("status", cancellationToken), status => FleetViews.Status(status, call.Width, call.Marks)));

    public static Command Sites(CallFactory calls) => calls.Runs(
        new Command("sites", "Sites: which hosts answer, are sick or worked on, what they have left, and what is under way."),
        async (call, _, cancellationToken) => call.Show(await call.Api.Get<SiteList>("sites", cancellationToken), list => SiteScreen.Of(list, call.Width)));

    public static Command Drift(CallFactory calls) => calls.Runs(
        new Command("drift", "Where what hosts said differs from the inventory and the record. Nothing is repaired by itself."),
        async (call, _, cancellationToken) => call.Show(await call.Api.Get<DriftReport>("drift", cancellationToken), report => DriftScreen.Of(report, call.Width)));

    public static Command Hosts(CallFactory calls)
    {
        var name = new Argument<string?>("HOST") { Description = "Only this one, with its VMs.", Arity = ArgumentArity.ZeroOrOne };
        return calls.Runs(new Command("hosts", "Hosts: whether they answer, and what stands against them.") { name }, async (call, parsed, cancellationToken) =>
            parsed.GetValue(name) is { } host
                ? call.Show(await call.Api.Get<HostDetail>($"hosts/{Uri.EscapeDataString(host)}", cancellationToken), detail => FleetViews.Host(detail, call.Marks))
                : call.Show(await call.Api.Get<HostList>("hosts", cancellationToken), list => FleetViews.Hosts(list, call.Marks)));
    }

    public static Command Vms(CallFactory calls)
    {
        var name = new Argument<string?>("VM") { Description = "Only this one, by name or id.", Arity = ArgumentArity.ZeroOrOne };
        return calls.Runs(new Command("vms", "VMs: where each runs, where else it might, and who holds it.") { name }, async (call, parsed, cancellationToken) =>
            parsed.GetValue(name) is { } vm
                ? call.Show(await call.Api.Get<VmView>($"vms/{Uri.EscapeDataString(vm)}", cancellationToken), FleetViews.Vm)
                : call.Show(await call.Api.Get<VmList>("vms", cancellationToken), FleetViews.Vms));
    }
}
