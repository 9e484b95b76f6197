namespace DrOrchestrator.Core.Kernel;

/// <summary>
/// Work for whoever is free: a question to the outside, or an effect on it. Answers come back as
/// messages to <see cref="From"/>.
/// </summary>
public abstract record Order
{
    /// <summary>Names the order within its stream; a repeated order has the same key.</summary>
    public required string Key { get; init; }

    /// <summary>The stream that gave the order and takes the answer.</summary>
    public required StreamId From { get; init; }

    /// <summary>
    /// Whether carrying it out changes something outside. Such an order must be claimed in the
    /// stream before its effect; a question may be asked by two workers at once without harm.
    /// </summary>
    public abstract bool HasEffect { get; }
}
