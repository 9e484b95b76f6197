namespace DrOrchestrator.Contracts.Bus;

/// <summary>A message for one event stream, as it travels.</summary>
public sealed record StreamMessage
{
    /// <summary>The stream, <c>kind-id</c>.</summary>
    public required string To { get; init; }

    /// <summary>The message's name on the wire, for example <c>start-move</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The message as JSON.</summary>
    public required string Body { get; init; }
}

/// <summary>An order for whichever worker is free, as it travels.</summary>
public sealed record WorkerOrder
{
    /// <summary>The order's name on the wire, for example <c>transfer</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The order as JSON.</summary>
    public required string Body { get; init; }
}
