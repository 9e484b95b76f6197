using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;

namespace DrOrchestrator.Core.Inventory.Drift;

/// <summary>What can differ. The closed vocabulary.</summary>
public enum DriftKind
{
    /// <summary>A VM runs at another host than the one where it belongs, or than the record has it.</summary>
    VmElsewhere,

    /// <summary>A VM is there that the inventory does not name, although it names every VM.</summary>
    VmUndeclared,

    /// <summary>A VM that the inventory names is at no host, and every host has answered.</summary>
    VmNotSeen,

    /// <summary>A host has other CPUs or other memory.</summary>
    CapacityDiffers,

    /// <summary>A host has another CPU model.</summary>
    CpuModelDiffers,
}

/// <summary>One difference.</summary>
/// <param name="Kind">What differs.</param>
/// <param name="Subject">The VM's or the host's name.</param>
/// <param name="Fact">What is declared and what was seen, a sentence.</param>
/// <param name="OfOurOwn">Whether a run of ours brought it about, so that it is no surprise.</param>
public sealed record DriftFinding(DriftKind Kind, string Subject, string Fact, bool OfOurOwn = false);

/// <summary>
/// What hosts said, held against what the inventory and the record say. A pure function of both; it repairs nothing. What a silent
/// host has is not known and no difference.
/// </summary>
public static class InventoryDrift
{
    /// <summary>Hosts keep some memory for themselves: less than this share is no difference.</summary>
    private const double MemoryTolerance = 0.05;

    public static IReadOnlyList<DriftFinding> Of(DeclaredFleet declared, ScopeObservation look, IReadOnlyCollection<MoveState> record)
    {
        var seen = look.Hosts.SelectMany(host => host.Copies).Where(copy => copy.State is not VmState.Absent).ToLookup(copy => copy.Vm.Id);
        var states = record.Where(state => state.Vm is not null).ToDictionary(state => state.Vm!.Id);
        return
        [
            .. seen.SelectMany(copies => Places(declared, [.. copies], states.GetValueOrDefault(copies.Key))),
            .. NotSeen(declared, look, seen, states),
            .. declared.Hosts.SelectMany(host => look.Hosts.FirstOrDefault(one => one.Host == host.Host)?.Facts is { } facts ? Differences(host, facts) : []),
        ];
    }

    private static IEnumerable<DriftFinding> Places(DeclaredFleet declared, VmCopy[] copies, MoveState? known)
    {
        var vm = copies[0].Vm;
        var entry = Entry(declared, vm);
        if (declared.EveryVm && entry is null)
        {
            yield return new(DriftKind.VmUndeclared, vm.Name, $"{vm.Name} is at {string.Join(", ", copies.Select(copy => copy.Host))}, and the inventory does not name it.");
        }

        // One that a run holds, or that runs twice, is told elsewhere; where it stays is not settled.
        if (known?.Move is not null || copies.Where(copy => copy.State is VmState.Running && !copy.MigratingOut).ToArray() is not [var running])
        {
            yield break;
        }

        if (entry?.Home is { } home && home != running.Host)
        {
            var ours = known?.LastAnswer is { Outcome: MoveOutcome.Moved } last && last.RunsAt == running.Host ? last : null;
            yield return new(
                DriftKind.VmElsewhere, vm.Name, $"{vm.Name} belongs at {home} and runs at {running.Host}{(ours is null ? "" : $", where the run {ours.Run} moved it")}.", ours is not null);
        }

        if (known?.RunsAt is { } recorded && recorded != running.Host)
        {
            yield return new(DriftKind.VmElsewhere, vm.Name, $"{vm.Name} was last known at {recorded} and runs at {running.Host}: somebody else moved it.");
        }
    }

    private static IEnumerable<DriftFinding> NotSeen(DeclaredFleet declared, ScopeObservation look, ILookup<VmId, VmCopy> seen, Dictionary<VmId, MoveState> states)
    {
        if (look.Hosts.Any(host => !host.Answered))
        {
            return [];
        }

        var names = seen.Select(copies => copies.First().Vm).Concat(states.Values.Where(state => state.Move is not null).Select(state => state.Vm!))
            .SelectMany(vm => new[] { vm.Name, vm.Id.Value }).ToHashSet(StringComparer.Ordinal);
        return declared.Vms.Where(vm => !names.Contains(vm.Name))
            .Select(vm => new DriftFinding(DriftKind.VmNotSeen, vm.Name, $"{vm.Name} is in the inventory, and no host has it; every host has answered."));
    }

    private static IEnumerable<DriftFinding> Differences(DeclaredHost declared, HostFacts facts)
    {
        if (declared.Cpus is { } cpus && cpus != facts.Cpus)
        {
            yield return new(DriftKind.CapacityDiffers, declared.Host.Value, $"{declared.Host} should have {cpus} CPUs and says {facts.Cpus}.");
        }

        if (declared.Memory is { } memory && Math.Abs(facts.MemoryTotal.Value - memory.Value) > MemoryTolerance * memory.Value)
        {
            yield return new(DriftKind.CapacityDiffers, declared.Host.Value, $"{declared.Host} should have {memory} of memory and says {facts.MemoryTotal}.");
        }

        if (declared.CpuModel is { } model && model != facts.CpuModel)
        {
            yield return new(DriftKind.CpuModelDiffers, declared.Host.Value, $"{declared.Host} should have the CPU {model} and says {facts.CpuModel}.");
        }
    }

    /// <summary>The id is the stronger name, as everywhere in the inventory.</summary>
    private static DeclaredVm? Entry(DeclaredFleet declared, VmRef vm) =>
        declared.Vms.FirstOrDefault(one => one.Name == vm.Id.Value) ?? declared.Vms.FirstOrDefault(one => one.Name == vm.Name);
}
