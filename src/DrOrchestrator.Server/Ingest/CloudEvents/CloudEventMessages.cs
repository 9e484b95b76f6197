using System.Text.Json;

namespace DrOrchestrator.Server.Ingest.CloudEvents;

/// <summary>
/// The three forms in which CloudEvents travel, over HTTP as over AMQP: one JSON object, a list of them, and attributes in headers
/// beside the data.
/// </summary>
public sealed class CloudEventMessages(CloudEventReading events)
{
    public const string Structured = "application/cloudevents+json";
    public const string Batch = "application/cloudevents-batch+json";

    /// <summary>Whether the message says of itself that it is one.</summary>
    public static bool IsOne(string? contentType, IReadOnlyDictionary<string, string> attributes) =>
        Media(contentType).StartsWith("application/cloudevents", StringComparison.OrdinalIgnoreCase) || attributes.Count > 0;

    /// <param name="contentType">As the transport says it.</param>
    /// <param name="attributes">Attributes that travel in headers, by their names without the transport's prefix.</param>
    /// <param name="body">The bytes.</param>
    public ReadMessage Read(string? contentType, IReadOnlyDictionary<string, string> attributes, ReadOnlyMemory<byte> body)
    {
        var media = Media(contentType);
        if (!media.StartsWith("application/cloudevents", StringComparison.OrdinalIgnoreCase))
        {
            if (attributes.Count == 0)
            {
                return ReadMessage.Broken($"The content type is '{ReportText.Quote(contentType)}', and no attribute of a CloudEvent is in a header. Send {Structured}, {Batch}, or the attributes as headers.");
            }

            var all = new Dictionary<string, string>(attributes, StringComparer.Ordinal);
            if (media.Length > 0)
            {
                all["datacontenttype"] = contentType!;
            }

            return new ReadMessage([events.Binary(all, body)], 0, null);
        }

        var batch = media.Equals(Batch, StringComparison.OrdinalIgnoreCase);
        if (!batch && !media.Equals(Structured, StringComparison.OrdinalIgnoreCase))
        {
            return ReadMessage.Broken($"The content type is '{ReportText.Quote(contentType)}'; of CloudEvents {Structured} and {Batch} are read.");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body);
        }
        catch (JsonException exception)
        {
            return ReadMessage.Broken($"The body can not be read as JSON, at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
        }

        using (document)
        {
            return !batch
                ? new ReadMessage([events.Structured(document.RootElement)], 0, null)
                : document.RootElement.ValueKind is JsonValueKind.Array
                    ? new ReadMessage([.. document.RootElement.EnumerateArray().Select(events.Structured)], 0, null)
                    : ReadMessage.Broken("The body is no list of CloudEvents.");
        }
    }

    private static string Media(string? contentType) => contentType?.Split(';')[0].Trim() ?? "";
}
