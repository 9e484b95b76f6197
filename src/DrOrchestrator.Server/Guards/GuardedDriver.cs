using System.Collections.Concurrent;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;

namespace DrOrchestrator.Server.Guards;

/// <summary>
/// Polly around a driver. Questions, which change nothing, pass from outer to inner a total timeout, a limiter of
/// concurrency per host, a retry with jitter, a circuit breaker per host and a timeout per attempt. The looks at a host
/// itself, by which its silence is judged, pass all but the breaker: they are always asked. Orders are
/// never repeated here, and never held back by a breaker: they have a timeout, and whoever gave them looks into it.
/// <para>
/// Whatever stops a call on this side ends it as unknown, in a sentence that says so: a question that was not
/// asked is no answer, and an open breaker proves nothing about a host.
/// </para>
/// </summary>
public sealed class GuardedDriver(IHypervisorDriver driver, GuardOptions options, TimeProvider clock) : IHypervisorDriver
{
    private readonly ConcurrentDictionary<string, Polly.ResiliencePipeline> looks = new();
    private readonly ConcurrentDictionary<string, Polly.ResiliencePipeline> questions = new();
    private readonly Polly.ResiliencePipeline orders = Pipelines.Orders(options, clock);

    public string Name => driver.Name;

    public Capabilities Capabilities => driver.Capabilities;

    public Task<Outcome<HostFacts>> InspectHost(HostEndpoint host, CancellationToken cancellationToken) =>
        Ask(LookAt(host), host, token => driver.InspectHost(host, token), cancellationToken);

    public Task<Outcome<IReadOnlyList<VmCopy>>> ListVms(HostEndpoint host, CancellationToken cancellationToken) =>
        Ask(LookAt(host), host, token => driver.ListVms(host, token), cancellationToken);

    public Task<Outcome<VmCopy>> InspectVm(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) =>
        Ask(QuestionTo(host), host, token => driver.InspectVm(host, vm, token), cancellationToken);

    /// <summary>Two hosts answer a preflight, so its silence counts against neither: it is guarded as an order is.</summary>
    public Task<Outcome<IReadOnlyList<Finding>>> Preflight(MigrationRequest request, CancellationToken cancellationToken) =>
        Order(request.Source, token => driver.Preflight(request, token), cancellationToken);

    public Task<Outcome<Nothing>> EnsureMigration(MigrationRequest request, CancellationToken cancellationToken) =>
        Order(request.Source, token => driver.EnsureMigration(request, token), cancellationToken);

    /// <summary>As long as a migration lasts; the driver bounds it by the transfer's own timeout.</summary>
    public IAsyncEnumerable<MigrationReport> WatchMigration(MigrationRequest request, CancellationToken cancellationToken) =>
        driver.WatchMigration(request, cancellationToken);

    public Task<Outcome<Nothing>> EnsureAborted(MigrationRequest request, CancellationToken cancellationToken) =>
        Order(request.Source, token => driver.EnsureAborted(request, token), cancellationToken);

    public Task<Outcome<Nothing>> EnsureHandedOver(MigrationRequest request, CancellationToken cancellationToken) =>
        Order(request.Destination, token => driver.EnsureHandedOver(request, token), cancellationToken);

    public Task<Outcome<Nothing>> EnsureGeneration(HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken) =>
        Order(host, token => driver.EnsureGeneration(host, vm, generation, token), cancellationToken);

    public Task<Outcome<Nothing>> EnsureStopped(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) =>
        Order(host, token => driver.EnsureStopped(host, vm, token), cancellationToken);

    public Task<Outcome<Nothing>> EnsureStarted(HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken) =>
        Order(host, token => driver.EnsureStarted(host, vm, generation, token), cancellationToken);

    public Task<Outcome<Nothing>> EnsureRemoved(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) =>
        Order(host, token => driver.EnsureRemoved(host, vm, token), cancellationToken);

    public ValueTask DisposeAsync() => driver.DisposeAsync();

    private Polly.ResiliencePipeline LookAt(HostEndpoint host) => looks.GetOrAdd(host.Address, _ => Pipelines.Looks(options, clock));

    private Polly.ResiliencePipeline QuestionTo(HostEndpoint host) => questions.GetOrAdd(host.Address, _ => Pipelines.Questions(options, clock));

    private async Task<Outcome<T>> Ask<T>(
        Polly.ResiliencePipeline pipeline, HostEndpoint host, Func<CancellationToken, Task<Outcome<T>>> question, CancellationToken cancellationToken)
    {
        try
        {
            return (await pipeline.ExecuteAsync(async token => await Timed(question, token), cancellationToken)).Outcome;
        }
        catch (BrokenCircuitException)
        {
            return new Outcome<T>.Unknown(
                $"{host.Host} was not asked: it left {options.BreaksAfter} or more questions unanswered. It is asked again within {options.BreakFor.TotalSeconds:0.#} s.");
        }
        catch (RateLimiterRejectedException)
        {
            return new Outcome<T>.Unknown($"{host.Host} was not asked: {options.QuestionsWaiting} other questions to it are waiting.");
        }
        catch (TimeoutRejectedException)
        {
            return new Outcome<T>.Unknown($"{host.Host} did not answer within {options.AttemptTimeout.TotalSeconds:0.#} s.");
        }
    }

    private async Task<Outcome<T>> Order<T>(HostEndpoint host, Func<CancellationToken, Task<Outcome<T>>> order, CancellationToken cancellationToken)
    {
        try
        {
            return await orders.ExecuteAsync(async token => await order(token), cancellationToken);
        }
        catch (TimeoutRejectedException)
        {
            return new Outcome<T>.Unknown($"{host.Host} did not confirm within {options.OrderTimeout.TotalSeconds:0.#} s.");
        }
    }

    private async Task<Answer<T>> Timed<T>(Func<CancellationToken, Task<Outcome<T>>> question, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        return new Answer<T>(await question(cancellationToken), clock.GetElapsedTime(began));
    }

    private sealed record Answer<T>(Outcome<T> Outcome, TimeSpan Took) : IAnswer
    {
        public bool IsUnknown => Outcome is Outcome<T>.Unknown;
    }
}
