using System.Text.Json;
using DrOrchestrator.Engine.Messaging;
using DrOrchestrator.Engine.Serialization;

namespace DrOrchestrator.Server.Publishing;

/// <summary>One fact as a CloudEvent in structured form.</summary>
/// <param name="Id">The stream and the version: the same fact has the same id however often it comes.</param>
/// <param name="Type"><see cref="PublishedFacts.Prefix"/> and the event's stored name; also the routing key.</param>
/// <param name="Body">The event's JSON.</param>
public sealed record PublishedFact(string Id, string Type, byte[] Body);

/// <summary>
/// Which events of the record are facts for other systems, and how they look there. What is only for the orchestrator itself (slots,
/// claims, looks, progress) stays inside.
/// </summary>
public static class PublishedFacts
{
    /// <summary>Unlike every type that is taken from outside, so that what is published and routed back is no report.</summary>
    public const string Prefix = "drorchestrator.recorded.";

    private static readonly HashSet<string> Facts = new(StringComparer.Ordinal)
    {
        "host_condition_raised", "host_condition_resolved", "host_diagnosed", "host_recovery_requested", "host_recovery_postponed", "host_recovery_withheld",
        "host_recovery_ended", "host_recovered",
        "run_started", "run_planned", "run_replanned", "run_paused", "run_resumed", "run_stopped", "run_released", "run_abort_requested", "run_move_finished", "run_ended",
        "vm_enrolled", "vm_found_elsewhere", "vm_move_started", "vm_move_refused", "vm_move_withdrawn", "vm_transfer_reported", "vm_investigation_started",
        "vm_place_added", "vm_place_cleared", "vm_guest_arrived", "vm_guest_verified", "vm_move_ended", "vm_custody_settled", "vm_duplicate_observed",
        "brakes_recovery_cleared", "brakes_recovery_held_back", "brakes_maintenance_started", "brakes_maintenance_ended",
        "admission_stop_requested", "admission_stop_repeated", "admission_stop_in_force", "admission_all_resumed", "admission_slot_released",
    };

    /// <summary>The stored names of what is published.</summary>
    public static IReadOnlyCollection<string> Names => Facts;

    /// <summary>The fact; null: the event is for the orchestrator alone.</summary>
    public static PublishedFact? Of(CommittedEvent committed, string source)
    {
        var name = WireNames.NameOf(committed.Event.GetType());
        if (!Facts.Contains(name))
        {
            return null;
        }

        var (id, type) = ($"{committed.Stream}/{committed.Version}", Prefix + name);
        var data = JsonSerializer.SerializeToElement(committed.Event, committed.Event.GetType(), EngineJson.Options);
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            specversion = "1.0",
            id,
            source,
            type,
            subject = committed.Stream.ToString(),
            time = data.GetProperty("at"),
            datacontenttype = "application/json",
            sequence = committed.Version.ToString("D20", System.Globalization.CultureInfo.InvariantCulture),
            data,
        });
        return new PublishedFact(id, type, body);
    }
}
