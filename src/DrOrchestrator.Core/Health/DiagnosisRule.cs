using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Health;

/// <summary>What policy may do about a diagnosis.</summary>
public enum Course
{
    /// <summary>Ask the brakes for a recovery.</summary>
    Propose,

    /// <summary>Look again a little later, a bounded number of times; then leave it to a person.</summary>
    LookAgain,

    /// <summary>Leave it to a person.</summary>
    Withhold,
}

/// <summary>One row of the <see cref="DiagnosisTable"/>.</summary>
/// <param name="Diagnosis">The word; also the rule's name.</param>
/// <param name="Course">What policy may do.</param>
/// <param name="Applies">The condition, given that no row above it applies.</param>
/// <param name="Fact">What was found, a whole sentence for the operator that goes on from the names of the conditions that stand.</param>
/// <param name="Why">Why it is not recovered now, a whole sentence.</param>
/// <param name="WayOut">What a person can do, a whole sentence.</param>
public sealed record DiagnosisRule(
    Diagnosis Diagnosis,
    Course Course,
    Func<HostObservations, bool> Applies,
    Func<HostId, HostObservations, string> Fact,
    Func<HostId, HostObservations, string> Why,
    Func<HostId, HostObservations, string> WayOut);
