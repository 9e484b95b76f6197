namespace DrOrchestrator.Core.Moves;

/// <summary>How a move ended.</summary>
public enum MoveOutcome
{
    /// <summary>The guest was seen alive at the destination, the source copy seen gone.</summary>
    Moved,

    /// <summary>Nothing was tried: preflight, custody or the hypervisor refused.</summary>
    Refused,

    /// <summary>Tried; known not to have reached its goal. The reason says where the guest is.</summary>
    Failed,

    /// <summary>Somebody stopped it; the guest runs at the source.</summary>
    Aborted,

    /// <summary>
    /// Taken back as everything or its run was halted: before its transfer was claimed, or after its worker had vanished and nothing of it
    /// was under way; or by its run, as its destination takes no VM any more. The guest runs at the source and its turn comes again.
    /// </summary>
    Withdrawn,

    /// <summary>Not known. The VM holds itself until its places were looked into.</summary>
    Unknown,
}
