namespace DrOrchestrator.Core.Kernel;

/// <summary>
/// The pure heart of a saga. <see cref="Decide"/> turns a message into events, <see cref="Evolve"/>
/// folds events into state, <see cref="React"/> says what is outstanding in a state, and
/// <see cref="Reply"/> answers a message that was asked again.
/// </summary>
public interface IDecider
{
    /// <summary>The kind of stream that this decider owns, the first word of its stream names.</summary>
    string Kind { get; }

    /// <summary>The state of a stream that has no event yet.</summary>
    object Initial { get; }

    Decision Decide(object state, object message);

    object Evolve(object state, object @event);

    Outstanding React(object state);

    /// <summary>What to say again when a message came that decided to nothing: its first answer may have been lost.</summary>
    IReadOnlyList<Ask> Reply(object state, object message);
}

/// <summary>Typed base of the deciders; the untyped face is for the engine, which serves them all alike.</summary>
public abstract class Decider<TState, TMessage, TEvent> : IDecider
    where TState : class
    where TMessage : class
    where TEvent : class
{
    public abstract string Kind { get; }

    public abstract TState Initial { get; }

    object IDecider.Initial => Initial;

    public abstract Decision Decide(TState state, TMessage message);

    public abstract TState Evolve(TState state, TEvent @event);

    public abstract Outstanding React(TState state);

    public virtual IReadOnlyList<Ask> Reply(TState state, TMessage message) => [];

    Decision IDecider.Decide(object state, object message) => Decide((TState)state, (TMessage)message);

    object IDecider.Evolve(object state, object @event) => Evolve((TState)state, (TEvent)@event);

    Outstanding IDecider.React(object state) => React((TState)state);

    IReadOnlyList<Ask> IDecider.Reply(object state, object message) => Reply((TState)state, (TMessage)message);

    public TState Fold(IEnumerable<TEvent> events) => events.Aggregate(Initial, Evolve);
}
