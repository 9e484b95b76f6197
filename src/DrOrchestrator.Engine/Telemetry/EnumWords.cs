using System.Text.Json;

namespace DrOrchestrator.Engine.Telemetry;

/// <summary>An enum's values as labels, in the words of the stored events; made once, so that measuring allocates nothing.</summary>
internal static class EnumWords<T> where T : struct, Enum
{
    private static readonly Dictionary<T, object> Words =
        Enum.GetValues<T>().ToDictionary(value => value, value => (object)JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()));

    public static KeyValuePair<string, object?> Label(string name, T value) => new(name, Words[value]);
}
