namespace DrOrchestrator.Server.Identity;

/// <summary>Makes the first key before the server listens. Without it the server does not start: nobody could call it.</summary>
public sealed class FirstKeyService(FirstKey firstKey) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => firstKey.Ensure(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
