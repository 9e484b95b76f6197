using System.Collections.Concurrent;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Probes;
using DrOrchestrator.Engine;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Work;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Ingest;

namespace DrOrchestrator.Server.Probes;

/// <summary>
/// Asks every host of the inventory again and again whether it answers, over its management connection and with the least of questions, and brings
/// what that comes to where alerts go. No probe has an effect on any VM.
/// <para><b>Servers.</b> Every server probes, so that each knows whether it sees anything; one of them leads and tells. What stands is told again with
/// each round, what ended until it was taken, so nothing depends on what a leader before it said. A server that sees no host at all doubts itself:
/// its round counts for no host, it leaves the lead, and a person is told.</para>
/// <para><b>A crash at any point</b> loses counts, no condition: what stood goes on standing until a leader saw the host answer as
/// often as the rules ask.</para>
/// <para><b>With one host</b> in the inventory its silence and a blind server look the same: a person is told so, and nothing else.</para>
/// </summary>
public sealed class HostProbes(
    Observer observer, IInventory inventory, ProbeReports reports, ReportIntake intake, StrandedConditions stranded, IProbeLead lead, ProbeOptions options, EngineOptions engine, TimeProvider clock,
    ILogger<HostProbes> log) : BackgroundService, IConcernSource
{
    private readonly Dictionary<HostId, HostProbe> probes = [];
    private readonly Dictionary<(HostId Host, string Name), bool> told = [];
    private DateTimeOffset? ledSince;
    private DateTimeOffset? blindSince;

    /// <summary>One round: every host once, then what it came to.</summary>
    public async Task Once(CancellationToken cancellationToken)
    {
        var hosts = inventory.Hosts;
        var silences = new ConcurrentDictionary<HostId, string?>();
        await Parallel.ForEachAsync(
            hosts,
            new ParallelOptions { MaxDegreeOfParallelism = options.AtOnce, CancellationToken = cancellationToken },
            async (host, token) => silences[host.Host] = await observer.Ask(host, token));
        var now = clock.GetUtcNow();
        if (hosts.Count > 0 && silences.Values.All(silence => silence is not null))
        {
            await GoBlind(now, cancellationToken);
            return;
        }

        blindSince = null;
        foreach (var (host, silence) in silences)
        {
            probes[host] = (probes.GetValueOrDefault(host) ?? new HostProbe(options.Rules)).After(silence is null, now);
        }

        await Tell(hosts, silences, now, cancellationToken);
    }

    /// <summary>That this process sees no host.</summary>
    public Task<IReadOnlyList<Concern>> Now(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Concern>>(blindSince is not { } since ? [] :
    [
        inventory.Hosts is [var only] ? Either(only, since) : new Concern(
            ConcernKind.DrOrchestratorBlind,
            [new("server", engine.Worker)],
            $"{engine.Worker} gets no answer from any of the {inventory.Hosts.Count} hosts of the inventory.",
            "Look at this server's own network first. It tells nothing of hosts meanwhile; another server that sees them does.",
            "drctl hosts",
            since),
    ]);

    /// <summary>With one host nothing shows whether it or the way from here is silent: nobody else is asked that could answer.</summary>
    private Concern Either(HostEndpoint only, DateTimeOffset since) => new(
        ConcernKind.DrOnlyHostSilent,
        [new("server", engine.Worker), new("host", only.Host.Value)],
        $"{only.Host}, the only host of the inventory, does not answer {engine.Worker}: whether the host or the way to it is lost is not known, nor whether its VMs run.",
        "Look at the host and at this server's own network. With a second host in the inventory the two could be told apart.",
        "drctl hosts",
        since);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.Enabled && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Once(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("A round of probes was not finished ({Error}); the next is in about {Every}", exception.Message, options.Every);
            }

            await Task.Delay(options.Every * (0.9 + (0.2 * Random.Shared.NextDouble())), clock, stoppingToken);
        }
    }

    private async Task GoBlind(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (blindSince is null)
        {
            log.LogWarning("No host of the inventory ({Hosts}) answers: it may as well be this server, which tells nothing of hosts meanwhile", inventory.Hosts.Count);
        }

        blindSince ??= now;
        if (ledSince is not null)
        {
            ledSince = null;
            await lead.Yield(cancellationToken);
        }
    }

    private async Task Tell(IReadOnlyList<HostEndpoint> hosts, ConcurrentDictionary<HostId, string?> silences, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!await lead.Take(cancellationToken))
        {
            ledSince = null;
            return;
        }

        if (ledSince is null)
        {
            // Somebody else may have told otherwise meanwhile.
            told.Clear();
            ledSince = now;
        }

        foreach (var report in hosts.SelectMany(host => reports.Of(host, probes[host.Host], silences[host.Host], ledSince.Value, now)))
        {
            await Tell(report, cancellationToken);
        }

        await stranded.TakeBack([.. hosts.Select(host => host.Host)], "the inventory does not have it", cancellationToken);
    }

    /// <summary>What stands is told with every round, its end once it was taken.</summary>
    private async Task Tell(ReadReport.Usable report, CancellationToken cancellationToken)
    {
        var of = (report.Host, report.Condition.Name);
        if (report.Stands || !told.TryGetValue(of, out var stood) || stood)
        {
            await intake.Take(ProbeReports.Message(report, engine.Worker), [report], truncated: 0, cancellationToken);
            told[of] = report.Stands;
        }
    }
}
