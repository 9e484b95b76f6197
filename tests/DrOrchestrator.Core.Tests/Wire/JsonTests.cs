using System.Collections;
using System.Reflection;
using System.Text.Json;
using DrOrchestrator.Core.Custody;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Serialization;
using Xunit;

namespace DrOrchestrator.Core.Tests.Wire;

public sealed class JsonTests
{
    public static TheoryData<string> Names() => [.. WireNames.Events.Keys.Concat(WireNames.Messages.Keys).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Comes_back_from_its_JSON_as_it_went_in_with_every_property_set(string name)
    {
        var type = WireNames.Events.TryGetValue(name, out var @event) ? @event : WireNames.Messages[name];
        var value = Make(type, full: true)!;

        var json = JsonSerializer.Serialize(value, type, EngineJson.Options);
        var back = JsonSerializer.Deserialize(json, type, EngineJson.Options)!;

        Assert.Equal(json, JsonSerializer.Serialize(back, type, EngineJson.Options));
        Assert.All(Settable(type), property => Assert.NotNull(property.GetValue(back)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Comes_back_from_its_JSON_with_everything_optional_left_out(string name)
    {
        var type = WireNames.Events.TryGetValue(name, out var @event) ? @event : WireNames.Messages[name];
        var json = JsonSerializer.Serialize(Make(type, full: false)!, type, EngineJson.Options);

        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize(json, type, EngineJson.Options)!, type, EngineJson.Options));
    }

    [Fact]
    public void Every_grade_of_evidence_comes_back_as_itself()
    {
        foreach (var type in typeof(FenceEvidence).GetNestedTypes())
        {
            var evidence = (FenceEvidence)Make(type, full: true)!;
            var json = JsonSerializer.Serialize(evidence, EngineJson.Options);
            Assert.Equal(evidence, JsonSerializer.Deserialize<FenceEvidence>(json, EngineJson.Options));
        }
    }

    [Fact]
    public void Ids_are_strings_amounts_are_numbers_and_cases_are_words_with_hyphens()
    {
        var json = JsonSerializer.Serialize(new PlaceAndAmount(new HostId("a1"), Bytes.FromMebibytes(1), VmState.Shutoff), EngineJson.Options);

        Assert.Equal("""{"host":"a1","amount":1048576,"state":"shutoff"}""", json);
    }

    private static IEnumerable<PropertyInfo> Settable(Type type) => type.GetProperties().Where(property => property.CanWrite);

    /// <summary>A value of any of our types: through its constructor, then its other properties; optional ones only when asked.</summary>
    private static object? Make(Type type, bool full)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return full ? Make(inner, full) : null;
        }

        if (Simple(type) is { } simple)
        {
            return simple;
        }

        if (type.IsGenericType && type.IsAssignableTo(typeof(IEnumerable)))
        {
            return List(type, full);
        }

        if (type == typeof(FenceEvidence))
        {
            return new FenceEvidence.HypervisorConfirmed(VmState.Absent, "Settled.") { Host = new HostId("a1"), At = Sample.Noon };
        }

        var constructor = type.GetConstructors().OrderByDescending(candidate => candidate.GetParameters().Length).First();
        var nullability = new NullabilityInfoContext();
        var value = constructor.Invoke([.. constructor.GetParameters().Select(parameter =>
            nullability.Create(parameter).WriteState is NullabilityState.Nullable && !full ? null : Make(parameter.ParameterType, full))]);
        foreach (var property in Settable(type).Where(property => constructor.GetParameters().All(parameter => parameter.Name != property.Name)))
        {
            property.SetValue(value, Make(property.PropertyType, full));
        }

        return value;
    }

    private static object? Simple(Type type) => type switch
    {
        _ when type == typeof(string) => "word",
        _ when type == typeof(int) => 3,
        _ when type == typeof(long) => 4L,
        _ when type == typeof(bool) => true,
        _ when type == typeof(double) => 2.5,
        _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(90.5),
        _ when type == typeof(DateTimeOffset) => Sample.Noon,
        _ when type == typeof(Bytes) => Bytes.FromMebibytes(3),
        _ when type == typeof(Bandwidth) => Bandwidth.FromMebibytesPerSecond(7),
        _ when type == typeof(StreamId) => StreamId.Parse("vm-a-b-c"),
        _ when type.IsEnum => type.GetEnumValues().GetValue(type.GetEnumValues().Length - 1),
        _ => null,
    };

    private static object List(Type type, bool full)
    {
        var arguments = type.GetGenericArguments();
        if (arguments.Length == 2)
        {
            return new Dictionary<string, string> { ["label"] = "value" };
        }

        var array = Array.CreateInstance(arguments[0], 2);
        array.SetValue(Make(arguments[0], full), 0);
        array.SetValue(Make(arguments[0], full), 1);
        return array;
    }

    private sealed record PlaceAndAmount(HostId Host, Bytes Amount, VmState State);
}
