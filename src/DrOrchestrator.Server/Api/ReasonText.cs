namespace DrOrchestrator.Server.Api;

/// <summary>The reason that a person gives for the record.</summary>
internal static class ReasonText
{
    private const int Longest = 500;

    /// <summary>What is wrong with it; null: it can be taken.</summary>
    public static IResult? WhyNot(string? reason) => reason?.Trim() switch
    {
        null or "" => Problems.BadRequest("A reason is missing.", "Say in a sentence why; it is kept in the record."),
        { Length: > Longest } => Problems.BadRequest($"The reason is longer than {Longest} characters.", "Shorten it."),
        var text when text.Any(char.IsControl) => Problems.BadRequest("The reason has control characters in it.", "Write it as one line of plain text."),
        _ => null,
    };
}
