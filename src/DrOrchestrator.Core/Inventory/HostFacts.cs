using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Inventory;

/// <summary>What a host says of itself.</summary>
/// <param name="Host">Which host.</param>
/// <param name="Hypervisor">Product and version, for example <c>QEMU 10.0.2, libvirt 11.3.0</c>.</param>
/// <param name="CpuModel">The CPU as the hypervisor names it.</param>
/// <param name="Cpus">Logical CPUs.</param>
/// <param name="MemoryTotal">Physical memory that guests may use.</param>
/// <param name="MemoryFree">Free memory as the host reports it now.</param>
public sealed record HostFacts(HostId Host, string Hypervisor, string CpuModel, int Cpus, Bytes MemoryTotal, Bytes MemoryFree);
