using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Server.Identity;

namespace DrOrchestrator.Server.Api.Keys;

/// <summary>What may name the user of a key. Our own sagas act under their streams' names, and nobody else may.</summary>
internal static class KeySubject
{
    public const string Rule = "Use 1 to 64 lower-case letters, digits, dots, hyphens, underscores or at signs, for example night-shift or alertmanager.";

    /// <summary>A sentence; null: it can be taken.</summary>
    public static string? WhyNot(string? subject) => subject switch
    {
        null or "" => "A key needs a subject: who or what uses it.",
        { Length: > 64 } => "The subject is too long.",
        FirstKey.Subject => "That subject is the first key's.",
        _ when !subject.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '-' or '_' or '@') => $"'{subject}' has letters that a subject may not have.",
        _ when DeciderCatalog.Kinds.Any(kind => subject.StartsWith(kind + "-", StringComparison.Ordinal)) => $"Subjects that begin like '{subject}' are the orchestrator's own.",
        _ => null,
    };
}
