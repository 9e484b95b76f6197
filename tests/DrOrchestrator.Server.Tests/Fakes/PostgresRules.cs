using System.Text.Json;
using DrOrchestrator.Engine.Serialization;

namespace DrOrchestrator.Server.Tests.Fakes;

/// <summary>What PostgreSQL refuses to hold, so that a fake refuses it too.</summary>
internal static class PostgresRules
{
    /// <summary>jsonb holds no NUL, however it is written.</summary>
    public static void CheckJson(object value)
    {
        var json = JsonSerializer.Serialize(value, value.GetType(), EngineJson.Options);
        if (json.Contains("\\u0000", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("22P05: unsupported Unicode escape sequence");
        }
    }

    /// <summary>Nor does text, and what can't be encoded as UTF-8 never gets there.</summary>
    public static void Check(params IEnumerable<string?> texts)
    {
        foreach (var text in texts)
        {
            if (text?.Contains('\0', StringComparison.Ordinal) is true)
            {
                throw new InvalidOperationException("22021: invalid byte sequence for encoding \"UTF8\": 0x00");
            }

            _ = new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text ?? "");
        }
    }
}
