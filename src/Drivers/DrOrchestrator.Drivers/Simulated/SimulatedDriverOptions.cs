using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Drivers.Simulated;

/// <summary>How patient a simulated driver is.</summary>
public sealed record SimulatedDriverOptions
{
    /// <summary>Each single request's deadline.</summary>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a watched migration is asked for.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a source may stay silent under a watched migration before both ends are judged.</summary>
    public TimeSpan ContactBound { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The place where this driver's process stands, for cut links; null: it reaches every place.</summary>
    public SiteId? Place { get; init; }

    /// <summary>Stated as the capability of that name. The default holds while no fault with a longer delay is injected.</summary>
    public TimeSpan PendingRequestBound { get; init; } = TimeSpan.FromSeconds(5);
}
