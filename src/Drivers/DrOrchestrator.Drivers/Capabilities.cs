namespace DrOrchestrator.Drivers;

/// <summary>What a hypervisor family can do through its driver. What it can't is declared, never imitated; what a move asks for beyond it, preflight finds (<see cref="CapabilityFindings"/>).</summary>
public sealed record Capabilities
{
    public required bool CopiesStorage { get; init; }

    public required bool AbortsMigration { get; init; }

    public required bool EncryptsTransfer { get; init; }

    public required bool CapsBandwidth { get; init; }

    public required bool AutoConverges { get; init; }

    public required bool UsesMigrationNetwork { get; init; }

    /// <summary>Whether a guest can go on at its destination before all of its memory has come.</summary>
    public bool PostCopies { get; init; }

    /// <summary>Whether the custody generation is kept in the VM's own metadata.</summary>
    public required bool HoldsGeneration { get; init; }

    /// <summary>
    /// How long after its sender gave up a request may still take effect. Absence of a copy proves
    /// nothing before this has passed, or before the request's own record shows its end.
    /// </summary>
    public required TimeSpan PendingRequestBound { get; init; }

    /// <summary>Where <see cref="PendingRequestBound"/> comes from: a vendor page, or what was measured.</summary>
    public required string PendingRequestSource { get; init; }
}
