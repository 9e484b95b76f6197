using System.Text.Json;
using CloudNative.CloudEvents;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Publishing;

namespace DrOrchestrator.Server.Ingest.CloudEvents;

/// <summary>
/// Reads CloudEvents 1.0 of our two types. <c>time</c> is required of them: by it, and not by a memory of ids, an event that is
/// delivered again or late is known as old, so that taking one twice is harmless for as long as the host's stream remembers.
/// Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
/// </summary>
public sealed class CloudEventReading(HostMatching hosts)
{
    public const string Raised = "drorchestrator.host.condition.raised";
    public const string Resolved = "drorchestrator.host.condition.resolved";

    private const int LongestSummary = 500;

    /// <summary>Extensions are not looked at: none changes what we do, and a wrong one should lose no event.</summary>
    private static readonly HashSet<string> Known =
        [.. CloudEventsSpecVersion.V1_0.AllAttributes.Select(attribute => attribute.Name), CloudEventsSpecVersion.SpecVersionAttribute.Name];

    /// <summary>An event as one JSON object.</summary>
    public ReadReport Structured(JsonElement raw)
    {
        var part = raw.RawText();
        if (raw.ValueKind is not JsonValueKind.Object)
        {
            return Unreadable("It can not be read: a CloudEvent is an object.", part);
        }

        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Known)
        {
            var value = raw.Member(name);
            if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            {
                continue;
            }

            if (value.Text() is not { } text)
            {
                return Unreadable($"The attribute {name} is no text. Send it as a JSON string.", part);
            }

            attributes[name] = text;
        }

        if (raw.Member("data_base64") is var encoded && encoded.ValueKind is not JsonValueKind.Undefined)
        {
            return encoded.Base64() is { } bytes
                ? WithData(attributes, bytes, part)
                : Unreadable("data_base64 is no base64. Send data as a JSON object instead.", part);
        }

        return Read(attributes, raw.Member("data"), part);
    }

    /// <summary>An event whose attributes travel beside its data.</summary>
    public ReadReport Binary(IReadOnlyDictionary<string, string> attributes, ReadOnlyMemory<byte> data)
    {
        var known = attributes.Where(attribute => Known.Contains(attribute.Key)).ToDictionary();

        // Headers come in any order, and what can't be used is kept once however they came.
        var part = known.OrderBy(attribute => attribute.Key, StringComparer.Ordinal).Select(attribute => $"{attribute.Key}: {attribute.Value}");
        return WithData(known, data, string.Join('\n', part));
    }

    private ReadReport WithData(Dictionary<string, string> attributes, ReadOnlyMemory<byte> data, string part)
    {
        try
        {
            using var document = JsonDocument.Parse(data);
            return Read(attributes, document.RootElement, part);
        }
        catch (JsonException exception)
        {
            return Unreadable($"The data can not be read as JSON, at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.", part);
        }
    }

    private ReadReport Read(Dictionary<string, string> attributes, JsonElement data, string part)
    {
        var (cloudEvent, problem) = Envelope(attributes);
        if (cloudEvent is null)
        {
            return Unreadable(problem!, part);
        }

        // Our own facts, routed back: about what is on the record already.
        if (cloudEvent.Type!.StartsWith(PublishedFacts.Prefix, StringComparison.Ordinal))
        {
            return new ReadReport.Own();
        }

        if (cloudEvent.Type is not (Raised or Resolved))
        {
            return Unreadable($"The attribute type is '{ReportText.Quote(cloudEvent.Type)}'; {Raised} and {Resolved} are taken.", part);
        }

        if (cloudEvent.Time is not { } time)
        {
            return Unreadable("The attribute time is missing: without it an event that is delivered late can not be told from a new one. Send when it happened.", part);
        }

        if (data.ValueKind is not JsonValueKind.Object)
        {
            return Unreadable("data is no JSON object. Send { \"host\": …, \"name\": … }.", part);
        }

        return Report(cloudEvent, time.ToUniversalTime(), data, part);
    }

    private ReadReport Report(CloudEvent cloudEvent, DateTimeOffset time, JsonElement data, string part)
    {
        var (given, whyNot) = data.Labels("labels");
        if (given is not null && OwnAlerts.Sent(given))
        {
            return new ReadReport.Own();
        }

        var spoken = ReportText.Clean(data.Text("host"), ReportText.LongestWord);
        var name = ReportText.Clean(data.Text("name"), ReportText.LongestWord);
        if (spoken.Length == 0 || name.Length == 0)
        {
            var missing = spoken.Length == 0 ? "host" : "name";
            return Unreadable($"data.{missing} is missing or no text. Send the {(missing == "host" ? "host's name as the inventory has it" : "condition's name")}.", part);
        }

        if (given is null)
        {
            return Unreadable($"It can not be read: data.{whyNot}", part);
        }

        var labels = new Dictionary<string, string>(given, StringComparer.Ordinal);
        labels.TryAdd("alertname", name);
        var stated = ReportText.Clean(data.Text("fingerprint"), ReportText.LongestWord);
        var fingerprint = stated.Length > 0 ? stated : ReportText.Hash("cloud-event", cloudEvent.Source!.OriginalString, spoken, name);
        var match = hosts.ByName(spoken, labels);
        if (match.Host is not { } host)
        {
            return new ReadReport.Unusable(UnmatchedKind.Unmatched, fingerprint, name, match.WhyNot!, part);
        }

        var stands = cloudEvent.Type == Raised;
        var summary = ReportText.Clean(data.Text("summary") ?? name, LongestSummary);
        return new ReadReport.Usable(host, new HostCondition(fingerprint, name, summary, labels, stands ? time : default), stands, stands ? null : time, SaidOnce: true, match.Match);
    }

    /// <summary>The attributes by the rules of the specification; the first that breaks one is named.</summary>
    private static (CloudEvent? Event, string? Problem) Envelope(Dictionary<string, string> attributes)
    {
        var name = CloudEventsSpecVersion.SpecVersionAttribute.Name;
        if (attributes.GetValueOrDefault(name) is not { } version || CloudEventsSpecVersion.FromVersionId(version) is not { } specification)
        {
            return (null, $"The attribute {name} is '{ReportText.Quote(attributes.GetValueOrDefault(name))}'; this server reads {CloudEventsSpecVersion.V1_0.VersionId}.");
        }

        var cloudEvent = new CloudEvent(specification);
        foreach (var (attribute, value) in attributes.Where(entry => entry.Key != name))
        {
            try
            {
                cloudEvent.SetAttributeFromString(attribute, value);
            }
            catch (Exception exception) when (exception is ArgumentException or FormatException)
            {
                return (null, $"The attribute {attribute} is '{ReportText.Quote(value)}', which breaks its rule: {ReportText.Quote(exception.Message.Split('(')[0].Trim())}");
            }
        }

        if (specification.RequiredAttributes.FirstOrDefault(required => cloudEvent[required] is null) is { } missing)
        {
            return (null, $"The attribute {missing.Name} is missing. CloudEvents {specification.VersionId} requires {string.Join(", ", specification.RequiredAttributes.Select(required => required.Name))}.");
        }

        return cloudEvent.DataContentType is { Length: > 0 } type && !IsJson(type)
            ? (null, $"The attribute datacontenttype is '{ReportText.Quote(type)}'; application/json is read.")
            : (cloudEvent, null);
    }

    private static bool IsJson(string contentType)
    {
        var media = contentType.Split(';')[0].Trim();
        return media.Equals("application/json", StringComparison.OrdinalIgnoreCase) || media.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }

    private static ReadReport.Unusable Unreadable(string reason, string part) => new(UnmatchedKind.Unreadable, null, null, reason, part);
}
