namespace DrOrchestrator.Core.Kernel;

/// <summary>
/// What a decider says to one message: the events that follow from it (none where the message tells
/// nothing new), or a refusal.
/// </summary>
public sealed record Decision(IReadOnlyList<object> Events, Refusal? Refusal)
{
    /// <summary>The message says nothing that the stream does not know: a repetition, or too late to matter.</summary>
    public static Decision Nothing { get; } = new([], null);

    public bool IsNothing => Events.Count == 0 && Refusal is null;

    public static Decision Of(params IReadOnlyList<object> events) => new(events, null);

    public static Decision Refuse(string reason, string wayOut) => new([], new Refusal(reason, wayOut));
}
