namespace DrOrchestrator.Core.Health;

/// <summary>The closed vocabulary of what can be wrong with a host. The same word everywhere.</summary>
public enum Diagnosis
{
    /// <summary>An alert stands, and the host answers: its VMs can be live-migrated away.</summary>
    HostSickButAnswering,

    /// <summary>An alert stands, and the host does not answer: whether its VMs run is not known.</summary>
    HostSilent,

    /// <summary>An alert stands for a host that the inventory does not have.</summary>
    HostNotInInventory,
}
