using System.Reflection;
using System.Text;
using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Engine.Serialization;
using Xunit;

namespace DrOrchestrator.Core.Tests.Wire;

public sealed class GoldenTests
{
    private const string Begin = "<!-- state graph, generated -->";
    private const string End = "<!-- end of state graph -->";

    [Fact]
    public void The_graph_of_a_hosts_health_is_the_one_in_its_readme() =>
        Golden.CheckBetween("src/DrOrchestrator.Core/Health/README.md", Begin, End, Fenced(HostGraph.Graph.ToMermaid(HostPhase.Healthy)));

    [Fact]
    public void The_graph_of_a_run_is_the_one_in_its_readme() =>
        Golden.CheckBetween("src/DrOrchestrator.Core/Runs/README.md", Begin, End, Fenced(RunGraph.Graph.ToMermaid(RunPhase.New)));

    [Fact]
    public void The_graph_of_a_VMs_moves_is_the_one_in_its_readme() =>
        Golden.CheckBetween("src/DrOrchestrator.Core/Moves/README.md", Begin, End, Fenced(MoveGraph.Graph.ToMermaid(MovePhase.NotEnrolled)));

    [Fact]
    public void The_graph_of_admission_is_the_one_in_its_readme() =>
        Golden.CheckBetween("src/DrOrchestrator.Core/Admission/README.md", Begin, End, Fenced(AdmissionGraph.Graph.ToMermaid(AdmissionPhase.Open)));

    [Fact]
    public void Every_event_can_happen_somewhere_and_every_phase_can_be_reached()
    {
        Reached(HostGraph.Graph, typeof(HostEvent), HostPhase.Healthy);
        Reached(RunGraph.Graph, typeof(RunEvent), RunPhase.New);
        Reached(MoveGraph.Graph, typeof(MoveEvent), MovePhase.NotEnrolled);
        Reached(AdmissionGraph.Graph, typeof(AdmissionEvent), AdmissionPhase.Open);
    }

    [Fact]
    public void What_is_in_the_database_keeps_its_name_and_its_properties() =>
        Golden.Check("tests/DrOrchestrator.Core.Tests/Wire/events.golden.txt", Shapes(WireNames.Events));

    [Fact]
    public void What_is_on_the_wire_keeps_its_name_and_its_properties() =>
        Golden.Check("tests/DrOrchestrator.Core.Tests/Wire/messages.golden.txt", Shapes(WireNames.Messages));

    [Fact]
    public void Everything_that_is_stored_or_sent_has_a_name()
    {
        Type[] families = [typeof(HostEvent), typeof(HostMessage), typeof(HostOrder), typeof(RunEvent), typeof(RunMessage), typeof(RunOrder), typeof(MoveEvent), typeof(MoveMessage), typeof(MoveOrder), typeof(AdmissionEvent), typeof(AdmissionMessage), typeof(BrakesEvent), typeof(BrakesMessage)];
        var named = WireNames.Events.Values.Concat(WireNames.Messages.Values).ToHashSet();
        var unnamed = families.SelectMany(family => family.GetNestedTypes()).Where(type => !named.Contains(type)).Select(type => type.Name);

        // The passing of time never travels as itself, but as Due.
        Assert.All(unnamed, name => Assert.Equal("Wake", name));
    }

    private static void Reached<TPhase>(StateGraph<TPhase> graph, Type events, TPhase initial) where TPhase : struct, Enum
    {
        Assert.Empty(events.GetNestedTypes().Except(graph.Transitions.Select(way => way.Event)));
        var reached = new HashSet<TPhase> { initial };
        while (graph.Transitions.Where(way => reached.Contains(way.From)).Any(way => reached.Add(way.To)))
        {
        }

        Assert.Empty(Enum.GetValues<TPhase>().Except(reached));
    }

    private static string Fenced(string mermaid) => $"```mermaid\n{mermaid}```\n";

    private static string Shapes(IReadOnlyDictionary<string, Type> types)
    {
        var text = new StringBuilder();
        foreach (var (name, type) in types.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite)
                .Select(property => $"{property.Name}: {Word(property.PropertyType)}").OrderBy(word => word, StringComparer.Ordinal);
            text.Append(name).Append(" { ").AppendJoin(", ", properties).Append(" }\n");
        }

        return text.ToString();
    }

    private static string Word(Type type) =>
        Nullable.GetUnderlyingType(type) is { } inner ? $"{Word(inner)}?"
        : type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Word))}>"
        : type.Name;
}
