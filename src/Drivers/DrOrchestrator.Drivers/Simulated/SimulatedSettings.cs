using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;

namespace DrOrchestrator.Drivers.Simulated;

/// <summary>A simulated host as it is bought.</summary>
public sealed record SimulatedHostSettings(HostId Host, SiteId Site)
{
    public Bytes Memory { get; init; } = new(64L << 30);

    public int Cpus { get; init; } = 32;

    public string CpuModel { get; init; } = "Simulated-v1";

    /// <summary>Of its migration network; concurrent migrations out of the host share it.</summary>
    public Bandwidth Bandwidth { get; init; } = Bandwidth.FromMegabitsPerSecond(10_000);

    /// <summary>Whether it has a certificate for encrypted transfers.</summary>
    public bool CanEncrypt { get; init; } = true;

    /// <summary>What it has for disks of its own; null: without end.</summary>
    public Bytes? Storage { get; init; }

    /// <summary>From a request to its answer, half each way.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Whether it starts what is defined on it when it gets power, as native HA may.</summary>
    public bool Autostarts { get; init; }

    /// <summary>How an inventory names it.</summary>
    public HostEndpoint Endpoint => new(Host, Site, SimulatedDriver.DriverName, $"simulated://{Host}", $"{Host}.migration");
}

/// <summary>A simulated VM.</summary>
public sealed record SimulatedVmSettings(VmRef Vm)
{
    public Bytes Memory { get; init; } = new(4L << 30);

    public int Vcpus { get; init; } = 2;

    /// <summary>How fast the guest writes to its memory; zero: it does not.</summary>
    public double DirtyBytesPerSecond { get; init; } = 20 * 1024 * 1024;

    /// <summary>The memory that the guest writes to over and over; null: a quarter of all.</summary>
    public Bytes? WorkingSet { get; init; }

    /// <summary>Copied with the memory unless storage is shared.</summary>
    public Bytes Disks { get; init; } = Bytes.Zero;

    /// <summary>Whether all hosts see its disks.</summary>
    public bool SharedStorage { get; init; } = true;

    /// <summary>Who else acts on it, as its hypervisor would tell: native HA, auto-evacuation, rebalancing.</summary>
    public IReadOnlyList<OtherActor> OtherActors { get; init; } = [];

    /// <summary>The custody generation in its metadata at the beginning; null: none.</summary>
    public long? Generation { get; init; }
}
