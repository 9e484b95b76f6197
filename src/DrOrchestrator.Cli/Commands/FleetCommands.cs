using System.CommandLine;
using DrOrchestrator.Cli.Views;
using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Cli.Commands;

/// <summary>Reading the fleet.</summary>
internal static class FleetCommands
{
    public static Command Status(SessionFactory sessions) => sessions.Runs(
        new Command("status", "The state of the whole, and what needs a person."),
        async (session, _, cancellationToken) =>
            session.Show(await session.Api.Get<ServerStatus>("status", cancellationToken), status => FleetViews.Status(status, session.Width, session.Marks)));

    public static Command Hosts(SessionFactory sessions)
    {
        var name = new Argument<string?>("HOST") { Description = "Only this one, with its VMs.", Arity = ArgumentArity.ZeroOrOne };
        return sessions.Runs(new Command("hosts", "Hosts: whether they answer, and what stands against them.") { name }, async (session, parsed, cancellationToken) =>
            parsed.GetValue(name) is { } host
                ? session.Show(await session.Api.Get<HostDetail>($"hosts/{Uri.EscapeDataString(host)}", cancellationToken), detail => FleetViews.Host(detail, session.Marks))
                : session.Show(await session.Api.Get<HostList>("hosts", cancellationToken), list => FleetViews.Hosts(list, session.Marks)));
    }

    public static Command Vms(SessionFactory sessions)
    {
        var name = new Argument<string?>("VM") { Description = "Only this one, by name or id.", Arity = ArgumentArity.ZeroOrOne };
        return sessions.Runs(new Command("vms", "VMs: where each runs, where else it might, and who holds it.") { name }, async (session, parsed, cancellationToken) =>
            parsed.GetValue(name) is { } vm
                ? session.Show(await session.Api.Get<VmView>($"vms/{Uri.EscapeDataString(vm)}", cancellationToken), FleetViews.Vm)
                : session.Show(await session.Api.Get<VmList>("vms", cancellationToken), FleetViews.Vms));
    }
}
