namespace DrOrchestrator.Server.Concerns;

/// <summary>Whoever knows of concerns of one sort. Asked every few seconds; throws where they can not be known just now.</summary>
public interface IConcernSource
{
    Task<IReadOnlyList<Concern>> Now(CancellationToken cancellationToken);
}
