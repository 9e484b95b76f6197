using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Server.Configuration;

/// <summary>Which host of the inventory a name means that somebody outside used.</summary>
public interface IHostNames
{
    /// <summary>By the host's name or by one of its other names, blind to case; null: the inventory has no such host.</summary>
    HostId? Find(string name);
}
