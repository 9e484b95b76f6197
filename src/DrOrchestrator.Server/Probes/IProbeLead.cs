namespace DrOrchestrator.Server.Probes;

/// <summary>
/// Port: which of the servers tells what its probes came to. One at a time; that two do for a moment, while one has lost the lead and does not know
/// it yet, does no harm: they report the same conditions, each from what it saw itself.
/// </summary>
public interface IProbeLead
{
    /// <summary>Whether this server leads, taking the lead where nobody has it. Throws where that can not be known.</summary>
    Task<bool> Take(CancellationToken cancellationToken);

    /// <summary>Leaves the lead to whoever takes it next.</summary>
    Task Yield(CancellationToken cancellationToken);
}
