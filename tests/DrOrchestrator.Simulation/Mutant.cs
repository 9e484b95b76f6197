namespace DrOrchestrator.Simulation;

/// <summary>A rule taken away, to show that the checkers notice. Each is made by wrapping a port, never by a switch in the product.</summary>
public enum Mutant
{
    None,

    /// <summary>Preflight already starts the migration: the call comes before its place.</summary>
    PlaceAfterCall,

    /// <summary>Whoever gets a transfer order acts on it, claimed or not.</summary>
    ClaimSkipped,

    /// <summary>No hypervisor looks at the generation of an order.</summary>
    GenerationIgnored,

    /// <summary>The driver states no bound for pending requests: absence counts at once.</summary>
    AbsenceIsProof,

    /// <summary>A host that does not answer is read as one that has no copy.</summary>
    SilenceIsAbsence,

    /// <summary>A place's answer of long ago is passed on as fresh.</summary>
    StaleAnswers,

    /// <summary>A guest that waits is started on the word of a host that never had it.</summary>
    HandoverUnasked,

    /// <summary>A guest that waits is started because its source is shut off, however it came to be.</summary>
    ShutOffIsGone,

    /// <summary>A run takes what it wants, whatever others hold.</summary>
    LimitsIgnored,

    /// <summary>Admission never hears what hosts and hypervisors allow of themselves, and each run keeps to it alone.</summary>
    OwnLimitsUnheard,

    /// <summary>Admission believes that a run obeys a stop of which it never heard.</summary>
    StopIgnored,

    /// <summary>No host hears that a run which a person started moved every VM.</summary>
    EndMisheard,

    /// <summary>The sweep asks for nothing again.</summary>
    SweepAsleep,
}
