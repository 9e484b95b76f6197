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

    /// <summary>Decides on one message at one moment; the moment is stamped into the message before it is decided on.</summary>
    Decision Decide(object state, object message, DateTimeOffset now);

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

    /// <summary>The passing of time as a message of this saga.</summary>
    protected abstract TMessage OnDue(Due due);

    /// <summary>The message with the moment of its handling in it.</summary>
    protected abstract TMessage Stamp(TMessage message, DateTimeOffset now);

    private TMessage AsMessage(object message) => message is Due due ? OnDue(due) : (TMessage)message;

    Decision IDecider.Decide(object state, object message, DateTimeOffset now) => Decide((TState)state, Stamp(AsMessage(message), now));

    object IDecider.Evolve(object state, object @event) => Evolve((TState)state, (TEvent)@event);

    Outstanding IDecider.React(object state) => React((TState)state);

    IReadOnlyList<Ask> IDecider.Reply(object state, object message) => Reply((TState)state, AsMessage(message));

    public TState Fold(IEnumerable<TEvent> events) => events.Aggregate(Initial, Evolve);
}
