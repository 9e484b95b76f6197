using System.Text;

namespace DrOrchestrator.Core.Kernel;

/// <summary>
/// The phases of a saga and the events that lead from one to the next. Evolve asks this table for
/// the next phase, so the picture drawn from it is the code and not a drawing beside it.
/// </summary>
public sealed class StateGraph<TPhase> where TPhase : struct, Enum
{
    private readonly Dictionary<(TPhase From, Type Event), TPhase> next = [];
    private readonly List<(TPhase From, Type Event, TPhase To)> order = [];

    /// <summary>Declares that <typeparamref name="TEvent"/> leads from each of the phases to another.</summary>
    public StateGraph<TPhase> On<TEvent>(TPhase to, params ReadOnlySpan<TPhase> from)
    {
        foreach (var phase in from)
        {
            next.Add((phase, typeof(TEvent)), to);
            order.Add((phase, typeof(TEvent), to));
        }

        return this;
    }

    /// <summary>Declares an event that happens in a phase and leaves it.</summary>
    public StateGraph<TPhase> Stays<TEvent>(params ReadOnlySpan<TPhase> phases)
    {
        foreach (var phase in phases)
        {
            On<TEvent>(phase, phase);
        }

        return this;
    }

    /// <exception cref="InvalidOperationException">The table has no such way: the stream is broken or the decider has a bug.</exception>
    public TPhase Next(TPhase phase, object @event) =>
        next.TryGetValue((phase, @event.GetType()), out var to)
            ? to
            : throw new InvalidOperationException($"{@event.GetType().Name} can not happen in phase {phase}.");

    public IReadOnlyList<(TPhase From, Type Event, TPhase To)> Transitions => order;

    /// <summary>The graph as a Mermaid state diagram; events that lead the same way share an arrow.</summary>
    public string ToMermaid(TPhase initial)
    {
        var text = new StringBuilder("stateDiagram-v2\n").Append("    [*] --> ").Append(initial).Append('\n');
        foreach (var way in order.GroupBy(t => (t.From, t.To)))
        {
            text.Append("    ").Append(way.Key.From).Append(" --> ").Append(way.Key.To).Append(": ")
                .AppendJoin(", ", way.Select(t => t.Event.Name)).Append('\n');
        }

        return text.ToString();
    }
}
