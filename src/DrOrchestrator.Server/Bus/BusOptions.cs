namespace DrOrchestrator.Server.Bus;

/// <summary>How messages travel.</summary>
public sealed record BusOptions
{
    /// <summary><c>amqp://user:password@host:port/vhost</c>, or null for the in-memory bus of a single process.</summary>
    public Uri? RabbitMq { get; init; }

    /// <summary>Messages that one queue hands to this process before they are acknowledged.</summary>
    public ushort Prefetch { get; init; } = 256;
}
