namespace DrOrchestrator.Contracts.Http;

/// <summary>Whether a server process can do its work, and what is wrong where it can not.</summary>
public sealed record ReadinessView(bool Ready, IReadOnlyList<ReadinessCheck> Checks);

/// <summary>One thing looked at.</summary>
/// <param name="Name"><c>database</c>, <c>broker</c>, <c>relay</c> or <c>sweep</c>.</param>
/// <param name="Wrong">What is wrong, a sentence; null: nothing.</param>
public sealed record ReadinessCheck(string Name, string? Wrong);
