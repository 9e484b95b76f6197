using System.Globalization;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;

namespace DrOrchestrator.Core.Planning;

/// <summary>Whether a destination has room for one VM more, as it is now: other runs and people may have taken it since the plan was made.</summary>
public static class CapacityFindings
{
    /// <param name="vm">The VM, as its source says.</param>
    /// <param name="destination">The destination, as it says now.</param>
    /// <param name="virtualCpusThere">Virtual CPUs of the VMs that run there now.</param>
    /// <param name="bounds">What the plan wants kept; null: nothing but room for the VM itself.</param>
    public static IEnumerable<Finding> Of(VmCopy vm, HostFacts destination, int virtualCpusThere, MoveBounds? bounds)
    {
        var (host, free) = (destination.Host, destination.MemoryFree);
        if (free < vm.Memory)
        {
            yield return Error($"{host} has {free} of memory free; {vm.Vm} needs {vm.Memory}.", "Free memory there, or choose another host.");
        }
        else if (bounds is not null && free.Value - vm.Memory.Value < bounds.MemoryHeadroom.Value)
        {
            yield return Error(
                $"{host} has {free} of memory free; with {vm.Vm}'s {vm.Memory} {new Bytes(free.Value - vm.Memory.Value)} would be left, and the plan keeps {bounds.MemoryHeadroom} free.",
                "Free memory there, choose another host, or lower limits.memoryHeadroomMebibytes in the plan.");
        }

        var carried = virtualCpusThere + vm.Vcpus;
        if (bounds is not null && destination.Cpus > 0 && carried > bounds.CpuOvercommit * destination.Cpus)
        {
            yield return Error(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{host} would carry {carried} virtual CPUs on {destination.Cpus} logical ones, {(double)carried / destination.Cpus:0.##} for each; the plan allows {bounds.CpuOvercommit:0.##}."),
                "Choose another host, or raise limits.cpuOvercommit in the plan.");
        }
    }

    private static Finding Error(string fact, string wayOut) => new(FindingArea.Capacity, FindingSeverity.Error, fact, wayOut);
}
