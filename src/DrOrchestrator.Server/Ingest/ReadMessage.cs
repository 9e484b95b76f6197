namespace DrOrchestrator.Server.Ingest;

/// <summary>A message, read.</summary>
/// <param name="Reports">What it reports, one by one, and what is to be said of it as a whole.</param>
/// <param name="Truncated">How many reports the sender said it left out.</param>
/// <param name="Problem">Why nothing in it can be read; null: something can.</param>
public sealed record ReadMessage(IReadOnlyList<ReadReport> Reports, int Truncated, string? Problem)
{
    public static ReadMessage Broken(string problem) => new([], 0, problem);
}
