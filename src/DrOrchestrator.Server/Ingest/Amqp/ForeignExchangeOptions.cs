namespace DrOrchestrator.Server.Ingest.Amqp;

/// <summary>Where other systems' messages are taken from.</summary>
public sealed record ForeignExchangeOptions
{
    /// <summary><c>amqp://user:password@host:port/vhost</c> of their broker.</summary>
    public required Uri Broker { get; init; }

    /// <summary>Our queue there; we make it.</summary>
    public string Queue { get; init; } = "drorchestrator.events";

    /// <summary>Their exchange, which must exist; null: somebody else binds the queue.</summary>
    public string? Exchange { get; init; }

    /// <summary>What of the exchange is taken.</summary>
    public string RoutingKey { get; init; } = "#";

    /// <summary>Messages that are under way at once; the others wait at the broker.</summary>
    public ushort Prefetch { get; init; } = 256;

    /// <summary>Where what can't be used ends, an exchange and a queue of one name.</summary>
    public string Dead => Queue + ".dead";

    /// <summary>Dead letters that the broker keeps; the oldest go. All are in the listing by then.</summary>
    public int MostDead { get; init; } = 10_000;

    /// <summary>Failures to record one message after which, while the record answers otherwise, it is the message that is at fault.</summary>
    public int Attempts { get; init; } = 5;
}
