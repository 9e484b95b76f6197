namespace DrOrchestrator.Core.Health;

/// <summary>
/// The closed vocabulary of what can be the matter with a host against which a condition stands. The same word everywhere; each has its page in
/// <c>runbooks/diagnoses</c>. <see cref="DiagnosisTable"/> says when which holds.
/// </summary>
public enum Diagnosis
{
    /// <summary>The host answers steadily: its VMs can be live-migrated away.</summary>
    HostSickButAnswering,

    /// <summary>The host does not answer, and nothing else says why: whether its VMs run is not known.</summary>
    HostSilent,

    /// <summary>The inventory does not have the host.</summary>
    HostNotInInventory,

    /// <summary>Some looks at the host were answered and some were not: a migration off it could be cut off midway.</summary>
    HostAnswersUnsteadily,

    /// <summary>The host does not answer, and guests of it do: it lives, and only the way to its management is lost.</summary>
    HostManagementLost,

    /// <summary>No host of its site answers, and hosts elsewhere do: a question of the site.</summary>
    SiteSilent,

    /// <summary>No host answers anywhere, and no guest: whoever looked doubts itself.</summary>
    OrchestratorBlind,
}
