using DrOrchestrator.Contracts.Http;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DrOrchestrator.Cli.Views;

/// <summary>Status, hosts and VMs.</summary>
internal static class FleetViews
{
    public static IRenderable Status(ServerStatus status, int width, Marks marks)
    {
        var lines = new List<Line>
        {
            Line.Of(status.Attention.Count == 0 ? $"{marks.Done} Nothing needs a person." : $"{marks.Failed} {status.Attention.Count} need a person:", status.Attention.Count == 0 ? Ink.Good : Ink.Bad),
        };
        lines.AddRange(status.Attention.SelectMany(sentence => Line.Wrapped($"- {sentence}", 2, width)));
        lines.Add(Line.Blank);
        lines.Add(Counts("Runs", status.Runs));
        lines.Add(Counts("Hosts", status.Hosts).Add(status.SilentHosts.Count > 0 ? $"  no answer from {string.Join(", ", status.SilentHosts)}" : "", Ink.Warn));
        lines.Add(Counts("VMs", status.Vms));
        lines.Add(Line.Of("Plans").To(8).Add(string.Join(", ", status.Plans.Select(plan => plan.Name))));
        lines.Add(Line.Blank);
        lines.Add(Line.Of(
            $"Server {status.Server}, version {status.Version}, {Measures.DayAndTime(status.At)}; hosts looked at {(status.LookedAt is { } at ? $"{Measures.Clock((status.At - at).TotalSeconds)} ago" : "not yet")}", Ink.Quiet));
        return Line.Render(lines, width);
    }

    public static IRenderable Hosts(HostList list, Marks marks)
    {
        var table = Tables.New("Host", "Site", "Answers", "VMs", "Memory free", "Health", "What stands");
        foreach (var host in list.Hosts)
        {
            var (answer, ink) = host.Answered switch { true => ("yes", Ink.Good), false => ("NO", Ink.Bad), null => ("not asked", Ink.Quiet) };
            table.AddRow(
                Tables.Cell(host.Name, Ink.Strong),
                Tables.Cell(host.Site ?? "not in inventory"),
                Tables.Cell(answer, ink),
                Tables.Cell(host.RunningVms?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                Tables.Cell(host is { MemoryFreeBytes: { } free, MemoryTotalBytes: { } total } ? Measures.Part(free, total) : ""),
                Tables.Cell(Words.Plain(host.Health), InkOf(host.Health)),
                Tables.Cell(Standing(host, marks)));
        }

        return list.Hosts.Count == 0 ? Tables.Sentence("The inventory has no host.\n") : table;
    }

    public static IRenderable Host(HostDetail detail, Marks marks) => new Rows(
        Hosts(new HostList([detail.Host]), marks),
        Tables.Sentence(string.Join(", ", new[] { detail.Host.Hypervisor, detail.Host.CpuModel, detail.Host.Address }.Where(fact => fact is not null)), Ink.Quiet),
        detail.Host.Fact is { } fact ? Tables.Sentence(fact) : Text.Empty,
        Vms(new VmList(detail.Vms)));

    public static IRenderable Vms(VmList list)
    {
        // Names are for people; the id is shown where it takes an id to tell two VMs apart.
        var twins = list.Vms.CountBy(vm => vm.Name).Where(entry => entry.Value > 1).Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
        var table = Tables.New("VM", "Runs at", "Might run at", "State", "Memory", "Held by run");
        foreach (var vm in list.Vms)
        {
            var alone = vm.MightRunAt.Count == 0 || (vm.MightRunAt.Count == 1 && vm.MightRunAt[0] == vm.RunsAt);
            table.AddRow(
                Tables.Cell(twins.Contains(vm.Name) ? $"{vm.Name} ({vm.Id})" : vm.Name, Ink.Strong),
                Tables.Cell(vm.RunsAt ?? "not known", vm.RunsAt is null ? Ink.Warn : Ink.Plain),
                Tables.Cell(alone ? "" : string.Join(", ", vm.MightRunAt), Ink.Warn),
                Tables.Cell(vm.Duplicate.Count > 0 ? $"RUNS TWICE: {string.Join(", ", vm.Duplicate)}" : Words.Plain(vm.Phase), vm.Duplicate.Count > 0 ? Ink.Bad : InkOf(vm.Phase)),
                Tables.Cell(vm.MemoryBytes is { } memory ? Measures.Bytes(memory) : ""),
                Tables.Cell(vm.HeldByRun));
        }

        // Below the table, for a sentence in a column of it would leave the others no width.
        IRenderable[] held = [.. list.Vms.Where(vm => vm.Held is not null).Select(vm => Tables.Sentence($"{vm.Name} is held. {vm.Held}\n", Ink.Warn))];
        return list.Vms.Count == 0 ? Tables.Sentence("No VM was seen yet.\n") : held.Length == 0 ? table : new Rows([table, Text.Empty, .. held]);
    }

    public static IRenderable Vm(VmView vm) => new Rows(
        Vms(new VmList([vm])),
        Tables.Sentence($"Id {vm.Id}, generation {vm.Generation}{(vm.Vcpus is { } vcpus ? $", {vcpus} vCPUs" : "")}", Ink.Quiet),
        Tables.Sentence(vm.Copies.Count == 0 ? "No host reported a copy in the last look." : $"Copies: {string.Join(", ", vm.Copies.Select(copy => $"{copy.Host} {copy.State}{(copy.MigratingOut ? " (migrating)" : "")}"))}"),
        vm.LastEnd is { } end ? Tables.Sentence($"Its last move: {end}") : Text.Empty);

    private static string Standing(HostView host, Marks marks)
    {
        var names = string.Join(", ", host.Conditions.Select(condition => condition.Name).Distinct());
        return host switch
        {
            { Withheld: { } withheld } => $"{host.Diagnosis}: {withheld}",
            { Postponed: { } postponed } => $"{host.Diagnosis}: {postponed}",
            { HoldDownUntil: { } until } => $"{names}; nothing is done before {Measures.Time(until)}",
            { Run: { } run, Health: "recovering" } => $"{names} {marks.To} {run}",
            { Silence: { } silence } => silence,
            _ => names,
        };
    }

    private static Line Counts(string what, IReadOnlyList<PhaseCount> counts) =>
        Line.Of(what).To(8).Add(counts.Count == 0 ? "none" : string.Join(", ", counts.Select(count => $"{count.Count} {Words.Plain(count.Phase)}")));

    private static Style InkOf(string phase) => phase switch
    {
        "healthy" or "idle" or "not-enrolled" => Ink.Plain,
        "withheld" or "clearing" or "investigating" => Ink.Bad,
        "holding-down" or "handled" or "aborting" => Ink.Warn,
        _ => Ink.Now,
    };
}
