using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Planning.Placing;

/// <summary>A VM that needs a place.</summary>
internal sealed record Mover(VmRef Vm, Bytes Memory, int Vcpus, HostEndpoint Source, string? CpuModel, int Priority);

/// <summary>VMs that go to one host together; most often one alone.</summary>
internal sealed class Block(Mover[] movers, VmGroup[] together, int[] apart, string? contradiction)
{
    public Mover[] Movers { get; } = movers;

    public long Memory { get; } = movers.Sum(mover => mover.Memory.Value);

    public int Vcpus { get; } = movers.Sum(mover => mover.Vcpus);

    /// <summary>The groups that hold it together.</summary>
    public VmGroup[] Together { get; } = together;

    /// <summary>The groups, by number, of which no other member may be on its host.</summary>
    public int[] Apart { get; } = apart;

    /// <summary>Why no host at all can take it; null: nothing in itself speaks against it.</summary>
    public string? Contradiction { get; } = contradiction;

    /// <summary>The one host where others of its group run and stay; null: it is free.</summary>
    public HostId? Only { get; set; }

    public Candidate? At { get; set; }

    /// <summary>Its movers whose CPU model is known to be another than the host's.</summary>
    public int ForeignAt(Candidate host) =>
        host.CpuModel is null ? 0 : Movers.Count(mover => mover.CpuModel is not null && mover.CpuModel != host.CpuModel);
}

/// <summary>Blocks that go to one site together; most often one alone. It is placed as a whole or not at all.</summary>
internal sealed class PlacementUnit(Block[] blocks, VmGroup[] together)
{
    /// <summary>Largest first.</summary>
    public Block[] Blocks { get; } =
        [.. blocks.OrderByDescending(block => block.Memory).ThenBy(block => block.Movers[0].Vm.Name, StringComparer.Ordinal).ThenBy(block => block.Movers[0].Vm.Id.Value, StringComparer.Ordinal)];

    /// <summary>The groups that hold it at one site.</summary>
    public VmGroup[] Together { get; } = together;

    /// <summary>The one site where others of its group run and stay; null: it is free.</summary>
    public SiteId? Only { get; set; }

    /// <summary>Why it can go nowhere, whatever the room; null: nothing but room speaks against it.</summary>
    public string? Contradiction { get; set; }

    public long Memory { get; } = blocks.Sum(block => block.Memory);

    /// <summary>The most important of its VMs speaks for it.</summary>
    public int Priority { get; } = blocks.Max(block => block.Movers.Max(mover => mover.Priority));

    public IEnumerable<Mover> Movers => Blocks.SelectMany(block => block.Movers);

    public bool IsPlaced => Array.TrueForAll(Blocks, block => block.At is not null);
}
