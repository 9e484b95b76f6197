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
    /// Whether a worker must claim the order in the stream before it acts: true for whatever could make
    /// a VM run somewhere. Questions, and an abort, may reach two workers at once without harm.
    /// </summary>
    public virtual bool NeedsClaim => false;
}
