namespace DrOrchestrator.Contracts.Http;

/// <summary>
/// Asks for a run. With an <c>Idempotency-Key</c> header the caller, the key, the plan and the host name the run, so
/// that asking again after a lost answer starts no second one.
/// </summary>
/// <param name="Plan">The plan's name.</param>
/// <param name="Host">The host that it is run over.</param>
/// <param name="Reason">Why, for the record; a sentence of at most 500 characters.</param>
public sealed record StartRunRequest(string? Plan, string? Host, string? Reason);

/// <summary>A run that was started, or was before by the same request.</summary>
/// <param name="Run">Its id.</param>
/// <param name="Created">False: the same request had started it before.</param>
public sealed record RunStartedReply(string Run, bool Created);

/// <summary>Asks for a run to be stopped: nothing new begins, what is under way is stopped and the guests stay at their source.</summary>
/// <param name="Reason">Why, for the record; a sentence of at most 500 characters.</param>
public sealed record AbortRunRequest(string? Reason);

/// <summary>What became of the wish to stop a run.</summary>
/// <param name="Run">Its id.</param>
/// <param name="Phase">Its phase now: <c>aborting</c>, or <c>ended</c> where nothing was under way.</param>
public sealed record RunAbortReply(string Run, string Phase);
