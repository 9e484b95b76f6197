using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Server.Api;

namespace DrOrchestrator.Server.Concerns;

/// <summary>Reads the record for what stands in it, and counts what is under way.</summary>
public sealed class RecordWatch(StateReader states, TimeProvider clock) : IConcernSource
{
    private const int Hosts = 5000;
    private const int Vms = 20_000;

    /// <summary>Runs looked at, last changed first; see <see cref="RecordConcerns"/> for how long an ended one matters.</summary>
    private const int Runs = 1000;

    /// <summary>Runs that began and have not ended, at the last look.</summary>
    public int RunsUnderWay { get; private set; }

    /// <summary>VMs that a run holds, at the last look.</summary>
    public int MovesUnderWay { get; private set; }

    /// <summary>Moves that wait for a slot over all runs, at the last look.</summary>
    public int MovesWaiting { get; private set; }

    public async Task<IReadOnlyList<Concern>> Now(CancellationToken cancellationToken)
    {
        HostState[] hosts = [.. (await states.List("host", Hosts, cancellationToken)).Select(state => (HostState)state.State)];
        MoveState[] vms = [.. (await states.List("vm", Vms, cancellationToken)).Select(state => (MoveState)state.State)];
        RunState[] runs = [.. (await states.List("run", Runs, cancellationToken)).Select(state => (RunState)state.State)];
        var admission = await Only("admission", AdmissionState.Initial, cancellationToken);
        var brakes = await Only("brakes", BrakesState.Initial, cancellationToken);
        RunsUnderWay = runs.Count(run => run.Phase is not (RunPhase.New or RunPhase.Ended));
        MovesUnderWay = vms.Count(vm => vm.Move is not null);
        MovesWaiting = admission.Runs.Values.Sum(run => run.Wanted.Count);
        var now = clock.GetUtcNow();
        return [.. FleetConcerns.Of(admission, brakes, now), .. RecordConcerns.Of(hosts, vms, runs, now)];
    }

    /// <summary>The state of a kind of which there is one stream.</summary>
    private async Task<T> Only<T>(string kind, T none, CancellationToken cancellationToken) =>
        await states.List(kind, 1, cancellationToken) is [var only] ? (T)only.State : none;
}
