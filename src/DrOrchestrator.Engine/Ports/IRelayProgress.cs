namespace DrOrchestrator.Engine.Ports;

/// <summary>Port: how far the relay is behind the record, over all server processes, for only one of them relays.</summary>
public interface IRelayProgress
{
    Task<RelayLag> Lag(CancellationToken cancellationToken);
}

/// <summary>What was committed and not yet sent.</summary>
/// <param name="Events">How many events.</param>
/// <param name="Oldest">For how long the oldest of them has waited, by the store's own clock; zero where none does.</param>
public sealed record RelayLag(long Events, TimeSpan Oldest)
{
    public static RelayLag None { get; } = new(0, TimeSpan.Zero);
}
