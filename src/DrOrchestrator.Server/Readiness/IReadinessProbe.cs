namespace DrOrchestrator.Server.Readiness;

/// <summary>One thing without which this process can not do its work.</summary>
public interface IReadinessProbe
{
    /// <summary>As it stands in the answer, for example <c>database</c>.</summary>
    string Name { get; }

    /// <summary>
    /// What is wrong, in a sentence that may be shown to anybody: no address, no account, no text of an exception. Null: nothing.
    /// An exception, or no answer in time, counts as wrong.
    /// </summary>
    Task<string?> WhatIsWrong(CancellationToken cancellationToken);
}
