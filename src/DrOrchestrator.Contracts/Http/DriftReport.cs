namespace DrOrchestrator.Contracts.Http;

/// <summary>Where what hosts said differs from what the inventory and the record say. Nothing of it is repaired by itself.</summary>
/// <param name="LookedAt">When the hosts were looked at; absent: not yet, and nothing is known.</param>
/// <param name="SilentHosts">Hosts that did not answer: what they have is not known, and no VM counts as missing.</param>
/// <param name="Findings">The differences.</param>
public sealed record DriftReport(DateTimeOffset? LookedAt, IReadOnlyList<string> SilentHosts, IReadOnlyList<DriftView> Findings);

/// <summary>One difference.</summary>
/// <param name="Kind"><c>vm-elsewhere</c>, <c>vm-undeclared</c>, <c>vm-not-seen</c>, <c>capacity-differs</c> or <c>cpu-model-differs</c>.</param>
/// <param name="Subject">The VM's or the host's name.</param>
/// <param name="Fact">What is declared and what was seen, a sentence.</param>
/// <param name="OfOurOwn">Whether a run brought it about.</param>
public sealed record DriftView(string Kind, string Subject, string Fact, bool OfOurOwn);
