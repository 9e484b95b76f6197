namespace DrOrchestrator.Server.Concerns;

/// <summary>What a person has to know or to decide, most urgent first. The closed vocabulary; each is the name of an outgoing alert.</summary>
public enum ConcernKind
{
    /// <summary>Two hosts say that they run the same VM.</summary>
    DrDuplicateRunning,

    /// <summary>Automation stopped before a recovery; a person decides.</summary>
    DrDecisionWaiting,

    /// <summary>So many hosts are sick at once that a person has to say what is the matter.</summary>
    DrTooManySickHosts,

    /// <summary>A person stopped everything: nothing is recovered until it is let go on.</summary>
    DrEverythingStopped,

    /// <summary>A server process can not do its work.</summary>
    DrServerNotReady,

    /// <summary>A server process gets no answer from any host.</summary>
    DrOrchestratorBlind,

    /// <summary>The only host of the inventory does not answer: whether it or the server is at fault can not be told.</summary>
    DrOnlyHostSilent,

    /// <summary>A host does not answer our own probes, and no plan acts on that: whether its VMs run is not known.</summary>
    DrHostNotAnswering,

    /// <summary>A VM is held, because it is not known where a copy of it might run.</summary>
    DrOutcomeUnknown,

    /// <summary>A person paused a run: what had not begun waits, and so do its VMs on a host that may be dying.</summary>
    DrRunPaused,

    /// <summary>A run ended and not every VM is where it should be.</summary>
    DrRunEndedWithFailures,

    /// <summary>VMs run at a sick host that a run had emptied: they came after its look, and nobody moves them by itself.</summary>
    DrHostInUseAgain,

    /// <summary>A host answers our own probes at times and at times not, and no plan acts on that.</summary>
    DrHostAnsweringUnsteadily,

    /// <summary>A report came that was not used, or a group of alerts from which some were left out.</summary>
    DrAlertUnmatched,

    /// <summary>Hosts and VMs are not as the inventory has them, and no run of ours brought it about.</summary>
    DrInventoryDrift,

    /// <summary>Another system's exchange takes no facts of the record.</summary>
    DrPublishingStuck,

    /// <summary>The dead-man's switch outside has taken no beat of a server process for three intervals.</summary>
    DrHeartbeatMissed,

    /// <summary>The brakes held a recovery back until a time; it is looked at again then.</summary>
    DrRecoveryPostponed,
}

/// <summary>One thing that stands now. A function of the record, so that every server process sees the same and a restart changes nothing.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="About">What it is about, as labels: these and the kind identify it.</param>
/// <param name="Summary">What is the case, a sentence.</param>
/// <param name="WayOut">What a person does about it, a sentence.</param>
/// <param name="Command">The drctl command to begin with.</param>
/// <param name="Since">Since when; null: not noted.</param>
public sealed record Concern(
    ConcernKind Kind, IReadOnlyList<KeyValuePair<string, string>> About, string Summary, string WayOut, string Command, DateTimeOffset? Since);
