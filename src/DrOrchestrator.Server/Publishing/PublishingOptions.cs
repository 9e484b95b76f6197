namespace DrOrchestrator.Server.Publishing;

/// <summary>Where facts are published for other systems.</summary>
public sealed record PublishingOptions
{
    /// <summary><c>amqp://user:password@host:port/vhost</c> of their broker.</summary>
    public required Uri Broker { get; init; }

    /// <summary>Their exchange, which must exist.</summary>
    public required string Exchange { get; init; }

    /// <summary>The attribute <c>source</c> of every event: names this orchestrator.</summary>
    public string Source { get; init; } = "/drorchestrator";

    /// <summary>Whether the first start publishes the record from its beginning; false: what is recorded from then on.</summary>
    public bool FromTheBeginning { get; init; }

    /// <summary>A person is told when nothing could be published for this long. A restart of a broker takes less.</summary>
    public TimeSpan StuckAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Messages whose confirmation is awaited at once.</summary>
    public int AtOnce { get; init; } = 100;

    /// <summary>Between two tries while the broker does not take what it is given.</summary>
    public TimeSpan Again { get; init; } = TimeSpan.FromSeconds(1);
}
