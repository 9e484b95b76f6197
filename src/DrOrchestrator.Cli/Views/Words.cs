using Spectre.Console;

namespace DrOrchestrator.Cli.Views;

/// <summary>The API's words as they are shown, and how loud.</summary>
internal static class Words
{
    /// <summary><c>completed-with-failures</c> reads <c>completed with failures</c>.</summary>
    public static string Plain(string word) => word.Replace('-', ' ');

    /// <summary>How a run's phase or outcome is inked.</summary>
    public static Style InkOf(string phaseOrOutcome) => phaseOrOutcome switch
    {
        "completed" or "moved" => Ink.Good,
        "completed-with-failures" or "failed" or "unplaced" => Ink.Bad,
        "refused" or "aborted" or "aborting" or "unknown" or "investigating" or "retrying" => Ink.Warn,
        "moving" or "observing" or "starting" => Ink.Now,
        _ => Ink.Quiet,
    };

    public static string MarkOf(string state, Marks marks) => state switch
    {
        "moved" => marks.Done,
        "moving" or "starting" or "aborting" => marks.Now,
        "waiting" => marks.Waits,
        "retrying" or "investigating" or "unknown" => marks.Unsure,
        _ => marks.Failed,
    };
}
