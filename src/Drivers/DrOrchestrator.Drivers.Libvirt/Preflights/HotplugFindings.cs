using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Domains;

namespace DrOrchestrator.Drivers.Libvirt.Preflights;

/// <summary>
/// What was plugged in or taken out while the guest ran. It travels with the guest; what is stored at the destination is the
/// source's stored definition, and that is what starts next, here and there.
/// </summary>
internal static class HotplugFindings
{
    /// <param name="running">As it runs.</param>
    /// <param name="stored">As it is stored; null: it is not.</param>
    public static IEnumerable<Finding> Of(DomainDescription running, DomainDescription? stored)
    {
        var vm = running.Vm;
        if (running.MemoryDevices is { Count: > 0 } memory)
        {
            yield return new Finding(
                FindingArea.VmConfiguration,
                FindingSeverity.Information,
                $"{vm} has {memory.Count} memory device(s) ({string.Join(", ", memory.Select(m => $"{m.Model} of {m.Size}"))}); the destination needs room for all of its {running.Memory}.");
        }

        if (running.CurrentMemory < running.Memory)
        {
            yield return new Finding(
                FindingArea.VmConfiguration,
                FindingSeverity.Information,
                $"A balloon leaves {vm} {running.CurrentMemory} of its {running.Memory}; the destination needs room for all of it.");
        }

        string[] differences = stored is null ? [] : [.. Differences(running, stored)];
        if (differences.Length > 0)
        {
            yield return new Finding(
                FindingArea.VmConfiguration,
                FindingSeverity.Warning,
                $"{vm} runs otherwise than it is stored: {string.Join("; ", differences)}. What is stored is what starts next, at the destination too.",
                "Write what was plugged into the stored definition (virsh … --config), or take it back.");
        }
    }

    private static IEnumerable<string> Differences(DomainDescription running, DomainDescription stored)
    {
        if (running.Vcpus != stored.Vcpus)
        {
            yield return $"{running.Vcpus} virtual CPUs instead of {stored.Vcpus}";
        }

        if (running.MemoryDevices.Count != stored.MemoryDevices.Count)
        {
            yield return $"{running.MemoryDevices.Count} memory devices instead of {stored.MemoryDevices.Count}";
        }

        if (Names("disks", running.Disks.Select(d => d.Target), stored.Disks.Select(d => d.Target)) is { } disks)
        {
            yield return disks;
        }

        if (Names("interfaces", running.Interfaces.Select(i => i.Mac), stored.Interfaces.Select(i => i.Mac)) is { } interfaces)
        {
            yield return interfaces;
        }
    }

    private static string? Names(string what, IEnumerable<string> running, IEnumerable<string> stored)
    {
        string[] here = [.. running.Order(StringComparer.Ordinal)], kept = [.. stored.Order(StringComparer.Ordinal)];
        return here.SequenceEqual(kept, StringComparer.Ordinal) ? null : $"{what} {Listed(here)} instead of {Listed(kept)}";
    }

    private static string Listed(string[] names) => names.Length == 0 ? "none" : string.Join(", ", names);
}
