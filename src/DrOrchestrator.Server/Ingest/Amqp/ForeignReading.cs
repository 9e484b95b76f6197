using System.Globalization;
using System.Text;
using System.Text.Json;
using DrOrchestrator.Server.Ingest.Alertmanager;
using DrOrchestrator.Server.Ingest.CloudEvents;

namespace DrOrchestrator.Server.Ingest.Amqp;

/// <summary>
/// Reads a message of a foreign exchange: a CloudEvent in any of its forms, or the body of an Alertmanager webhook.
/// Source of the header names: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/amqp-protocol-binding.md, and
/// what tools for AMQP 0.9.1 send in its place.
/// </summary>
public sealed class ForeignReading(CloudEventMessages events, WebhookReading webhooks)
{
    private static readonly string[] Prefixes = ["cloudEvents:", "cloudEvents_", "ce-", "ce_"];

    public ReadMessage Read(string? contentType, IEnumerable<KeyValuePair<string, object?>>? headers, ReadOnlyMemory<byte> body)
    {
        var attributes = Attributes(headers ?? []);
        if (CloudEventMessages.IsOne(contentType, attributes))
        {
            return events.Read(contentType, attributes, body);
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            return WebhookReading.IsOne(document.RootElement)
                ? webhooks.Read(document.RootElement)
                : events.Read(document.RootElement.ValueKind is JsonValueKind.Array ? CloudEventMessages.Batch : CloudEventMessages.Structured, attributes, body);
        }
        catch (JsonException exception)
        {
            return ReadMessage.Broken(
                $"The message is no CloudEvent by its content type or headers, and its body can not be read as JSON, at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
        }
    }

    private static Dictionary<string, string> Attributes(IEnumerable<KeyValuePair<string, object?>> headers)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in headers)
        {
            if (Prefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) is { } prefix && Text(value) is { } text)
            {
                attributes[name[prefix.Length..].ToLowerInvariant()] = text;
            }
        }

        return attributes;
    }

    /// <summary>RabbitMQ hands texts over as bytes.</summary>
    private static string? Text(object? value) => value switch
    {
        null => null,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        RabbitMQ.Client.AmqpTimestamp stamp => Stamp(stamp.UnixTime),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static string Stamp(long seconds) => seconds is >= -62_135_596_800 and <= 253_402_300_799
        ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("O", CultureInfo.InvariantCulture)
        : seconds.ToString(CultureInfo.InvariantCulture);
}
