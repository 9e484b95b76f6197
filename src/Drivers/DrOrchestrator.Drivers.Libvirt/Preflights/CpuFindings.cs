using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Preflights;

/// <summary>Whether the destination's hypervisor can give the guest the CPU it runs on (virConnectCompareHypervisorCPU).</summary>
internal static class CpuFindings
{
    private const int Incompatible = 0;

    /// <summary>Null: it can, or the guest has the hypervisor's default CPU, which every host has.</summary>
    public static Finding? Of(ConnectionHandle destination, HostId host, DomainDescription vm)
    {
        if (vm.Cpu is not { } cpu)
        {
            return null;
        }

        var result = LibvirtNative.virConnectCompareHypervisorCPU(destination, null, vm.Architecture, vm.Machine, vm.VirtType, cpu, 0);
        if (result > Incompatible)
        {
            return null;
        }

        if (result == Incompatible)
        {
            return new Finding(
                FindingArea.Hardware,
                FindingSeverity.Error,
                $"The CPU that {vm.Vm} runs on is not available on {host}.",
                "Give the VM a CPU model that both hosts have, or choose another destination.");
        }

        var error = LibvirtError.Last();
        return error.IsConnectionLoss
            ? throw new LibvirtException(error)
            : new Finding(
                FindingArea.Hardware,
                FindingSeverity.Information,
                $"{host} cannot compare the CPU beforehand: {Errors.Sentence(error)} libvirt checks it when the migration begins.");
    }
}
