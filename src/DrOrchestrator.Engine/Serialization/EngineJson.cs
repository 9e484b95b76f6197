using System.Text.Json;
using System.Text.Json.Serialization;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Engine.Serialization;

/// <summary>How the domain's values look in JSON, in the store and on the wire alike: ids as strings, bytes as numbers, enums by name.</summary>
public static class EngineJson
{
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions());

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = true;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;

        // jsonb does not keep the order of properties, so a case may be named after what it holds.
        options.AllowOutOfOrderMetadataProperties = true;
        options.Converters.Add(new StringIdConverter<SiteId>());
        options.Converters.Add(new StringIdConverter<HostId>());
        options.Converters.Add(new StringIdConverter<VmId>());
        options.Converters.Add(new StringIdConverter<RunId>());
        options.Converters.Add(new StringIdConverter<MoveId>());
        options.Converters.Add(new StreamIdConverter());
        options.Converters.Add(new BytesConverter());
        options.Converters.Add(new BandwidthConverter());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower));
        return options;
    }

    private sealed class StringIdConverter<T> : JsonConverter<T> where T : struct, IStringId<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            T.From(reader.GetString() ?? throw new JsonException($"{typeof(T).Name} is a string."));

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
    }

    private sealed class StreamIdConverter : JsonConverter<StreamId>
    {
        public override StreamId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            StreamId.Parse(reader.GetString() ?? throw new JsonException("A stream's name is a string."));

        public override void Write(Utf8JsonWriter writer, StreamId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    private sealed class BytesConverter : JsonConverter<Bytes>
    {
        public override Bytes Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt64());

        public override void Write(Utf8JsonWriter writer, Bytes value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
    }

    private sealed class BandwidthConverter : JsonConverter<Bandwidth>
    {
        public override Bandwidth Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, Bandwidth value, JsonSerializerOptions options) => writer.WriteNumberValue(value.BytesPerSecond);
    }
}
