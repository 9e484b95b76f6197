using System.Text.Json;

namespace DrOrchestrator.Server.Api;

/// <summary>The domain's enums as the words that the API uses: in lower case with hyphens, as in the stored events.</summary>
internal static class Words
{
    public static string Of<T>(T value) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
