using System.Text.Json;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Serialization;

namespace DrOrchestrator.Testing;

/// <summary>
/// What a decider promises, in three words: given these events, when this message comes, then these
/// events follow. Events are compared by their JSON, so that lists compare by value; a repetition of the
/// message on the new state must lead to no event, and this is checked with every <see cref="Then"/>.
/// </summary>
public sealed class Spec
{
    private readonly IDecider decider;
    private readonly object[] given;
    private readonly object? message;
    private readonly DateTimeOffset now;

    private Spec(IDecider decider, object[] given, object? message, DateTimeOffset now)
    {
        this.decider = decider;
        this.given = given;
        this.message = message;
        this.now = now;
    }

    public static Spec Of(IDecider decider, DateTimeOffset now) => new(decider, [], null, now);

    /// <summary>The stream so far. Lists among the arguments are spread.</summary>
    public Spec Given(params object[] events) => new(decider, [.. given, .. Flatten(events)], message, now);

    public Spec At(DateTimeOffset moment) => new(decider, given, message, moment);

    public Spec When(object what) => new(decider, given, what, now);

    /// <summary>The state after everything given.</summary>
    public object State => given.Aggregate(decider.Initial, decider.Evolve);

    public TState StateOf<TState>() => (TState)State;

    public Outstanding Outstanding => decider.React(State);

    public Decision Decision => decider.Decide(State, Message, now);

    public IReadOnlyList<Ask> Reply => decider.Reply(State, Message);

    /// <summary>The stream as it is after the decision, to go on from.</summary>
    public Spec ThenGoOn() => new(decider, [.. given, .. Decision.Events], null, now);

    public Spec Then(params object[] events)
    {
        var decision = Decision;
        Check(decision.Refusal is null, $"expected events, was refused: {decision.Refusal}");
        var expected = Flatten(events).Select(Show).ToArray();
        var actual = decision.Events.Select(Show).ToArray();
        Check(
            expected.SequenceEqual(actual, StringComparer.Ordinal),
            $"expected\n  {string.Join("\n  ", expected)}\nbut it decided\n  {string.Join("\n  ", actual)}");
        var after = decision.Events.Aggregate(State, decider.Evolve);
        var again = decider.Decide(after, Message, now);
        Check(again.Events.Count == 0, $"the same message again led to {string.Join(", ", again.Events.Select(Show))}");
        return ThenGoOn();
    }

    /// <summary>Only the kinds of the events, in order, where their content is another test's idea.</summary>
    public Spec ThenEvents(params Type[] types)
    {
        var actual = Decision.Events.Select(e => e.GetType().Name).ToArray();
        Check(
            actual.SequenceEqual(types.Select(type => type.Name), StringComparer.Ordinal),
            $"expected {string.Join(", ", types.Select(type => type.Name))}, but it decided {string.Join(", ", actual)}{Decision.Refusal}");
        return ThenGoOn();
    }

    public void ThenNothing() =>
        Check(Decision.IsNothing, $"expected nothing, but it decided {string.Join(", ", Decision.Events.Select(Show))}{Decision.Refusal}");

    public void ThenRefused(string reason)
    {
        var decision = Decision;
        Check(decision.Refusal is not null && decision.Events.Count == 0, $"expected a refusal, but it decided {string.Join(", ", decision.Events.Select(Show))}");
        Check(decision.Refusal!.Reason.Contains(reason, StringComparison.Ordinal), $"expected a refusal with '{reason}', was: {decision.Refusal}");
    }

    public static string Show(object value) => $"{value.GetType().Name} {JsonSerializer.Serialize(value, value.GetType(), EngineJson.Options)}";

    private object Message => message ?? throw new InvalidOperationException("A spec needs a When.");

    private static IEnumerable<object> Flatten(IEnumerable<object> events) =>
        events.SelectMany(entry => entry is IEnumerable<object> list ? Flatten(list) : [entry]);

    private void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new SpecBrokenException(
                $"Given\n  {string.Join("\n  ", given.Select(Show))}\nwhen\n  {(message is null ? "" : Show(message))}\n{what}");
        }
    }
}

/// <summary>A decider decided otherwise than its spec says.</summary>
public sealed class SpecBrokenException : Exception
{
    public SpecBrokenException()
    {
    }

    public SpecBrokenException(string message)
        : base(message)
    {
    }

    public SpecBrokenException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
