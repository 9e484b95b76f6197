using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Server.Readiness;

/// <summary>
/// Whether this process can do its work: every probe asked at once, each with a deadline. An answer stands for a moment, so that
/// whoever asks without a key, however often, costs the database one question in that moment.
/// </summary>
public sealed class ServerReadiness(IEnumerable<IReadinessProbe> probes, TimeProvider clock, ILogger<ServerReadiness> log) : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Stands = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim one = new(1);
    private readonly Dictionary<string, string?> known = [];
    private (ReadinessView View, long At)? last;

    public async Task<ReadinessView> Now(CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            if (last is { } answer && clock.GetElapsedTime(answer.At) < Stands)
            {
                return answer.View;
            }

            // Not the caller's token: whoever asks next takes this answer.
            var checks = await Task.WhenAll(probes.Select(Ask));
            var view = new ReadinessView(checks.All(check => check.Wrong is null), checks);
            last = (view, clock.GetTimestamp());
            return view;
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();

    private async Task<ReadinessCheck> Ask(IReadinessProbe probe)
    {
        using var patience = new CancellationTokenSource(Deadline, clock);
        string? wrong;
        Exception? cause = null;
        try
        {
            wrong = await probe.WhatIsWrong(patience.Token).WaitAsync(patience.Token);
        }
        catch (Exception exception)
        {
            cause = exception;
            wrong = patience.IsCancellationRequested ? $"No answer within {Deadline.TotalSeconds:0} s." : "It can not be asked; the server's log says why.";
        }

        Tell(probe.Name, wrong, cause);
        return new ReadinessCheck(probe.Name, wrong);
    }

    /// <summary>On change only: probes are asked every few seconds for as long as an outage lasts.</summary>
    private void Tell(string name, string? wrong, Exception? cause)
    {
        lock (known)
        {
            if (known.TryGetValue(name, out var before) && before is null == wrong is null)
            {
                return;
            }

            var first = !known.ContainsKey(name);
            known[name] = wrong;
            if (wrong is not null)
            {
                log.LogWarning(cause, "Not ready: {Check}: {Wrong}", name, wrong);
            }
            else if (!first)
            {
                log.LogInformation("Ready again: {Check}", name);
            }
        }
    }
}
