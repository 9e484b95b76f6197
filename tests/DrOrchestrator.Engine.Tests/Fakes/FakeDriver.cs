using System.Runtime.CompilerServices;
using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers;
using DrOrchestrator.Engine.Ports;

namespace DrOrchestrator.Engine.Tests.Fakes;

/// <summary>A hypervisor that does as it is told by its test, and writes down what it was asked.</summary>
internal sealed class FakeDriver : IHypervisorDriver, IDrivers, IGuestProbe
{
    /// <summary>Verbs and hosts, in order.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>The requests of preflights and of migrations that were begun or watched, in order.</summary>
    public List<MigrationRequest> Requests { get; } = [];

    /// <summary>While set, preflights wait for it.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>Thrown by every preflight: a bug of the driver.</summary>
    public Exception? Bug { get; set; }

    /// <summary>While set, a watcher is told nothing yet.</summary>
    public TaskCompletionSource? HoldProgress { get; set; }

    /// <summary>What a watcher is told before the end.</summary>
    public List<MigrationProgress> Progress { get; } = [];

    /// <summary>How the migration ends; until it is set, it is under way.</summary>
    public TaskCompletionSource<MigrationEnd> End { get; } = new();

    /// <summary>What preflight answers.</summary>
    public Outcome<IReadOnlyList<Finding>> Found { get; set; } = new Outcome<IReadOnlyList<Finding>>.Done([]);

    /// <summary>What the guest answers.</summary>
    public Outcome<GuestObservation> Guest { get; set; } = new Outcome<GuestObservation>.Done(new GuestObservation("boot-1", 7));

    public Outcome<Nothing> Raised { get; set; } = new Outcome<Nothing>.Done(Nothing.Value);

    public string Name => "fake";

    public Capabilities Capabilities { get; set; } = new()
    {
        CopiesStorage = true,
        AbortsMigration = true,
        EncryptsTransfer = true,
        CapsBandwidth = true,
        AutoConverges = true,
        UsesMigrationNetwork = true,
        HoldsGeneration = true,
        PendingRequestBound = MoveStory.Bound,
        PendingRequestSource = "It is made up.",
    };

    public IGuestProbe Guests => this;

    public IHypervisorDriver For(HostEndpoint host) => this;

    public async Task<Outcome<IReadOnlyList<Finding>>> Preflight(MigrationRequest request, CancellationToken cancellationToken)
    {
        Calls.Add($"preflight {request.Vm}");
        Requests.Add(request);
        if (Hold is { } hold)
        {
            await hold.Task.WaitAsync(cancellationToken);
        }

        return Bug is null ? Found : throw Bug;
    }

    public Task<Outcome<Nothing>> EnsureMigration(MigrationRequest request, CancellationToken cancellationToken)
    {
        Requests.Add(request);
        return Answer($"migrate {request.Vm}", new Outcome<Nothing>.Done(Nothing.Value));
    }

    public async IAsyncEnumerable<MigrationReport> WatchMigration(MigrationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Calls.Add($"watch {request.Vm}");
        Requests.Add(request);
        if (HoldProgress is { } hold)
        {
            await hold.Task.WaitAsync(cancellationToken);
        }

        foreach (var progress in Progress)
        {
            yield return new MigrationReport.Running(progress);
        }

        yield return new MigrationReport.Ended(await End.Task.WaitAsync(cancellationToken));
    }

    public Task<Outcome<VmCopy>> InspectVm(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) =>
        Answer($"inspect {host.Host}", new Outcome<VmCopy>.Done(host.Host == Sample.A1.Host ? Sample.Copy(vm, host) : VmCopy.NotThere(vm, host.Host)));

    public Task<Outcome<Nothing>> EnsureGeneration(HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken) =>
        Answer($"raise {host.Host} {generation}", Raised);

    public Task<Outcome<Nothing>> EnsureAborted(MigrationRequest request, CancellationToken cancellationToken) =>
        Answer($"abort {request.Vm}", new Outcome<Nothing>.Done(Nothing.Value));

    public Task<Outcome<Nothing>> EnsureHandedOver(MigrationRequest request, CancellationToken cancellationToken) =>
        Answer($"hand over {request.Vm} {request.Generation}{(request.StaleBelow > 0 ? $", stale below {request.StaleBelow}" : "")}", new Outcome<Nothing>.Done(Nothing.Value));

    public Task<Outcome<GuestObservation>> Observe(VmRef vm, GuestCheck check, CancellationToken cancellationToken) => Answer(
        $"ask {vm}",
        SilentGuests ? new Outcome<GuestObservation>.Unknown($"{vm} does not answer.") : Guest);

    /// <summary>Whether guests answer their checks.</summary>
    public bool SilentGuests { get; set; }

    /// <summary>Hosts that do not answer; asked anew for every look.</summary>
    public Func<HostId, bool> IsSilent { get; set; } = _ => false;

    public Task<Outcome<HostFacts>> InspectHost(HostEndpoint host, CancellationToken cancellationToken) => Answer(
        $"look {host.Host}",
        IsSilent(host.Host)
            ? new Outcome<HostFacts>.Unknown($"{host.Host} did not answer within 5 s.")
            : (Outcome<HostFacts>)new Outcome<HostFacts>.Done(Sample.Seen(host, 1024).Facts!));

    public Task<Outcome<IReadOnlyList<VmCopy>>> ListVms(HostEndpoint host, CancellationToken cancellationToken) => Answer(
        $"list {host.Host}",
        (Outcome<IReadOnlyList<VmCopy>>)new Outcome<IReadOnlyList<VmCopy>>.Done(host.Host == Sample.A1.Host ? [Sample.Copy(Sample.Web, host)] : []));

    public Task<Outcome<Nothing>> EnsureStopped(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Outcome<Nothing>> EnsureStarted(HostEndpoint host, VmRef vm, long generation, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Outcome<Nothing>> EnsureRemoved(HostEndpoint host, VmRef vm, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<Outcome<T>> Answer<T>(string call, Outcome<T> answer)
    {
        Calls.Add(call);
        return Task.FromResult(answer);
    }
}

/// <summary>Nothing is configured but what a test names.</summary>
internal sealed record FakeInventory : IInventory
{
    public string ContentHash => "none";

    /// <summary>Of every VM; null: none has one.</summary>
    public GuestCheck? Check { get; init; }

    public IReadOnlyList<HostEndpoint> Hosts { get; init; } = [];

    public IReadOnlyList<SiteLink> Links => [];

    public FleetLimits Limits => FleetLimits.Default;

    public BrakeRules Brakes => BrakeRules.Default;

    public GuestCheck? CheckOf(VmRef vm) => Check;

    public FleetRules RulesFor(IReadOnlyCollection<VmRef> vms) => FleetRules.None;
}
