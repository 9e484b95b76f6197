using System.Text.Json;

namespace DrOrchestrator.Contracts.Http;

/// <summary>A part of a stream's record.</summary>
/// <param name="Stream">The stream, <c>kind-id</c>.</param>
/// <param name="Events">In order.</param>
/// <param name="Next">Give this as <c>after</c> to read on; absent: this was the end.</param>
public sealed record EventPage(string Stream, IReadOnlyList<EventView> Events, long? Next);

/// <summary>One event as it was recorded.</summary>
/// <param name="Version">Its place in the stream, from 1.</param>
/// <param name="Name">Its stored name, for example <c>run_started</c>.</param>
/// <param name="At">When it was committed.</param>
/// <param name="Cause">What caused it.</param>
/// <param name="Data">The event itself.</param>
public sealed record EventView(long Version, string Name, DateTimeOffset At, CauseView Cause, JsonElement Data);

/// <summary>What caused an event.</summary>
/// <param name="Message">The message's name.</param>
/// <param name="Actor">Whose doing it is, as authenticated; for our own streams and workers their names.</param>
/// <param name="MessageId">The message's id; absent: it did not travel.</param>
public sealed record CauseView(string Message, string Actor, string? MessageId);
