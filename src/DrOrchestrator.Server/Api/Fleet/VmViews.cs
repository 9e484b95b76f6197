using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;

namespace DrOrchestrator.Server.Api.Fleet;

/// <summary>VMs as they are shown: custody from each VM's stream, and the copies that the hosts reported.</summary>
public sealed class VmViews(StateReader states, IFleetView fleet)
{
    /// <summary>More VMs than this are not listed.</summary>
    private const int Limit = 20_000;

    /// <summary>By name.</summary>
    public async Task<IReadOnlyList<VmView>> List(CancellationToken cancellationToken)
    {
        var custody = (await states.List("vm", Limit, cancellationToken)).ToDictionary(state => state.Stream.Id, state => (MoveState)state.State, StringComparer.Ordinal);
        var hosts = fleet.Last?.Observation.Hosts ?? [];
        var silent = hosts.Where(host => !host.Answered).Select(host => host.Host).ToHashSet();
        var copies = hosts.SelectMany(host => host.Copies).ToLookup(copy => copy.Vm.Id.Value, StringComparer.Ordinal);
        return
        [
            .. custody.Keys.Union(copies.Select(group => group.Key))
                .Select(id => Compose(id, custody.GetValueOrDefault(id, MoveState.Initial), [.. copies[id]], silent))
                .OrderBy(vm => vm.Name, StringComparer.Ordinal).ThenBy(vm => vm.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>By id, else by name: two VMs may share a name.</summary>
    public async Task<IReadOnlyList<VmView>> Find(string idOrName, CancellationToken cancellationToken)
    {
        var all = await List(cancellationToken);
        var byId = all.Where(vm => vm.Id == idOrName).ToArray();
        return byId.Length > 0 ? byId : [.. all.Where(vm => vm.Name == idOrName)];
    }

    /// <summary>The reason, which of its hosts were silent in the last look, and the way out.</summary>
    private static string Held(Refusal why, MoveState state, IReadOnlySet<HostId> silent)
    {
        HostId[] away = [.. state.Custody.MightRunAt.Where(silent.Contains)];
        return $"{why.Reason} {(away.Length == 0 ? "" : $"No answer from {string.Join(", ", away)} in the last look. ")}{why.WayOut}";
    }

    private static VmView Compose(string id, MoveState state, VmCopy[] copies, IReadOnlySet<HostId> silent)
    {
        // The copy that runs says most truly how large the VM is.
        var seen = copies.OrderByDescending(copy => copy.State is VmState.Running).FirstOrDefault();
        return new VmView
        {
            Id = id,
            Name = state.Vm?.Name ?? seen?.Vm.Name ?? id,
            RunsAt = (state.RunsAt ?? (state.Phase is MovePhase.NotEnrolled && seen is { State: VmState.Running } ? seen.Host : null))?.Value,
            MightRunAt = [.. state.Custody.MightRunAt.Select(host => host.Value)],
            Generation = state.Custody.Generation,
            Phase = Words.Of(state.Phase),
            HeldByRun = state.Move?.Run.Value,
            Held = HeldVm.Why(state) is { } why ? Held(why, state, silent) : null,
            LastEnd = state.LastAnswer?.Reason,
            Duplicate = [.. state.Duplicate.Select(host => host.Value)],
            MemoryBytes = seen?.Memory.Value,
            Vcpus = seen?.Vcpus,
            Copies = [.. copies.Where(copy => copy.State is not VmState.Absent).Select(copy => new CopyView(copy.Host.Value, Words.Of(copy.State), copy.MigratingOut))],
        };
    }
}
