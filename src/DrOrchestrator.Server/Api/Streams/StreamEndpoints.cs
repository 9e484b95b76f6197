using System.Text.Json;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Serialization;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Server.Api.Description;
using DrOrchestrator.Server.Identity;

namespace DrOrchestrator.Server.Api.Streams;

/// <summary>The record itself, for whoever has to know exactly what happened.</summary>
internal static class StreamEndpoints
{
    private const int Usual = 200;
    private const int Most = 1000;

    private static readonly string Kinds = $"Kinds are {string.Join(", ", DeciderCatalog.Kinds)}; of the fleet there are {StreamId.Admission} and {StreamId.Brakes}.";

    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/streams/{stream}/events", Events).RequireAuthorization(AccessPolicies.For(Scopes.View))
            .Describe<EventPage>("showEvents", $"The record of one stream, with what caused each event. {Kinds}", [400, 404]);

    private static async Task<IResult> Events(string stream, IEventRecord record, CancellationToken cancellationToken, long after = 0, int limit = Usual)
    {
        StreamId id;
        try
        {
            id = StreamId.Parse(stream);
        }
        catch (FormatException exception)
        {
            return Problems.BadRequest(exception.Message, Kinds);
        }

        if (!DeciderCatalog.Kinds.Contains(id.Kind))
        {
            return Problems.BadRequest($"No stream is of the kind '{id.Kind}'.", Kinds);
        }

        var most = Math.Clamp(limit, 1, Most);
        var events = await record.Read(id, after, most, cancellationToken);
        return events.Count == 0 && after == 0
            ? Problems.NotFound("stream-not-found", $"{stream} has no event.", "See drctl run list, drctl hosts and drctl vms for what there is.")
            : Results.Ok(new EventPage(stream, [.. events.Select(View)], events.Count == most ? events[^1].Version : null));
    }

    internal static EventView View(RecordedEvent recorded) => new(
        recorded.Version,
        WireNames.NameOf(recorded.Event.GetType()),
        recorded.At,
        new CauseView(recorded.Cause.Message, recorded.Cause.Actor, recorded.Cause.MessageId?.ToString()),
        JsonSerializer.SerializeToElement(recorded.Event, recorded.Event.GetType(), EngineJson.Options));
}
