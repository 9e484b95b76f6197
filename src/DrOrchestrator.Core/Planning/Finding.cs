namespace DrOrchestrator.Core.Planning;

/// <summary>The questions of preflight.</summary>
public enum FindingArea
{
    Bandwidth,
    Storage,
    Hardware,
    VmConfiguration,
    TransferSecurity,
    Capacity,
    Reachability,

    /// <summary>Who else acts on the VM.</summary>
    Management,
}

/// <summary>How much a finding weighs. An error stops the move; a warning is shown with it.</summary>
public enum FindingSeverity
{
    Information,
    Warning,
    Error,
}

/// <summary>One finding of preflight.</summary>
/// <param name="Area">Which question it answers.</param>
/// <param name="Severity">Whether it stops the move.</param>
/// <param name="Fact">What was observed, a whole sentence.</param>
/// <param name="WayOut">What to do about it; null where nothing needs to be done.</param>
/// <param name="Room">What the move may take of a folder, to be counted with other moves; null: the finding is of something else.</param>
public sealed record Finding(FindingArea Area, FindingSeverity Severity, string Fact, string? WayOut = null, FolderRoom? Room = null);
