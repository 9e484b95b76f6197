using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Planning.Placing;

/// <summary>What keeps a host from taking a block.</summary>
[Flags]
internal enum Lack
{
    None = 0,
    Memory = 1,
    Vcpus = 2,
    Apart = 4,
}

/// <summary>A host that may take VMs, and what is left of it.</summary>
internal sealed class Candidate(HostEndpoint endpoint, string? cpuModel, long memory, double vcpus, double? incoming, int apartGroups)
{
    private readonly int[] apart = new int[apartGroups];

    public HostEndpoint Endpoint { get; } = endpoint;

    public HostId Host => Endpoint.Host;

    /// <summary>As the hypervisor names it; null: it does not.</summary>
    public string? CpuModel { get; } = cpuModel;

    /// <summary>Bytes per second that its interface takes in; null: not known, and not what binds.</summary>
    public double? Interface { get; } = incoming;

    /// <summary>Bytes left above the headroom; below zero where more was promised than there is.</summary>
    public long Memory { get; private set; } = memory;

    /// <summary>Virtual CPUs left; infinite where the host does not say how many CPUs it has.</summary>
    public double Vcpus { get; private set; } = vcpus;

    /// <summary>Blocks of this plan that were put here.</summary>
    public List<Block> Blocks { get; } = [];

    public Lack Lacks(Block block)
    {
        var lack = (block.Memory > Memory ? Lack.Memory : Lack.None) | (block.Vcpus > Vcpus ? Lack.Vcpus : Lack.None);
        return Array.Exists(block.Apart, group => apart[group] > 0) ? lack | Lack.Apart : lack;
    }

    public bool Takes(Block block) => Lacks(block) is Lack.None;

    public void Put(Block block)
    {
        Blocks.Add(block);
        block.At = this;
        Count(block, 1);
    }

    public void Remove(Block block)
    {
        Blocks.Remove(block);
        block.At = null;
        Count(block, -1);
    }

    /// <summary>A VM that is on its way here, by a move that was decided on before.</summary>
    public void Reserve(long bytes, int cpus)
    {
        Memory -= bytes;
        Vcpus -= cpus;
    }

    /// <summary>A member of a group that stays apart is here and stays.</summary>
    public void Holds(int group) => apart[group]++;

    public bool HasOf(int group) => apart[group] > 0;

    private void Count(Block block, int sign)
    {
        Memory -= sign * block.Memory;
        Vcpus -= sign * block.Vcpus;
        foreach (var group in block.Apart)
        {
            apart[group] += sign;
        }
    }
}
