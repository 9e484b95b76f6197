using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Server.Api;

namespace DrOrchestrator.Server.Probes;

/// <summary>
/// Takes back what probes came to of hosts that nobody probes any more: the host left the inventory, or probing was switched off. Nobody would ever
/// say that it ended. On the record its cause is <see cref="Why"/>, and no time of an end is given: that nobody looks says nothing of the host's health.
/// </summary>
public sealed class StrandedConditions(StateReader states, StreamHandler streams, EngineOptions engine, ILogger<StrandedConditions> log)
{
    /// <summary>The cause that the record names.</summary>
    public const string Why = "no-longer-probed";

    /// <summary>Hosts looked at, last changed first.</summary>
    private const int Hosts = 5000;

    /// <summary>To be called by the one server that tells what probes came to, for another may well probe what this one does not.</summary>
    /// <param name="probed">The hosts that this server probes.</param>
    /// <param name="reason">Why no other is, for the log.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public async Task TakeBack(IReadOnlyCollection<HostId> probed, string reason, CancellationToken cancellationToken)
    {
        var told = probed.SelectMany(ProbeReports.Fingerprints).ToHashSet(StringComparer.Ordinal);
        foreach (var host in (await states.List("host", Hosts, cancellationToken)).Select(state => (HostState)state.State))
        {
            foreach (var condition in host.Conditions.Values.Where(condition => ProbeReports.IsOne(condition) && !told.Contains(condition.Fingerprint)))
            {
                var handled = await streams.Handle(
                    StreamId.Host(host.Host!.Value),
                    new HostMessage.ResolveCondition(condition.Fingerprint, new Actor(engine.Worker)),
                    new Cause(Why, null, engine.Worker),
                    cancellationToken);
                if (handled.Events.Count > 0)
                {
                    log.LogWarning("{Condition} no longer stands for {Host}, because nobody probes it any more ({Reason}); of its health that says nothing", condition.Name, host.Host, reason);
                }
            }
        }
    }
}
