using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Moves;

namespace DrOrchestrator.Server.Api.Runs;

/// <summary>The steps of a move as they are shown: the four of a live migration, and verification.</summary>
public static class MoveSteps
{
    public const int SourcePreparation = 0;
    public const int Verification = 4;

    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<MigrationStep>().Select(Words.Of), "verification"];

    /// <param name="line">What was seen.</param>
    /// <param name="moved">Whether the attempt reached its goal; null: it is under way.</param>
    /// <param name="now">The end of what is under way.</param>
    public static IReadOnlyList<StepView> Of(MoveTimeline line, bool? moved, DateTimeOffset now) =>
        [.. Names.Select((name, step) => new StepView(name, StateOf(line, step, moved), SecondsOf(line, step, now)))];

    private static string StateOf(MoveTimeline line, int step, bool? moved)
    {
        if (step > line.Reached)
        {
            return "pending";
        }

        if (step == line.Reached && moved is not true)
        {
            return moved is null ? "current" : "stopped";
        }

        return line.StepsAt[step] is null ? "passed" : "done";
    }

    private static double? SecondsOf(MoveTimeline line, int step, DateTimeOffset now)
    {
        if (line.StepsAt[step] is not { } begun)
        {
            return null;
        }

        var next = line.StepsAt.Skip(step + 1).FirstOrDefault(at => at is not null) ?? line.EndedAt ?? now;
        return Math.Round((next - begun).TotalSeconds, 3);
    }
}
