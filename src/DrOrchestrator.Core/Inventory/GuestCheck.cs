using System.Text.Json.Serialization;

namespace DrOrchestrator.Core.Inventory;

/// <summary>
/// How a guest shows that it lives and is the same: an HTTP address that answers with a JSON object, or, where neither
/// field is named, with any 2xx. Where <paramref name="BootIdField"/> is set, a changed boot id after a live migration is a failure; where
/// <paramref name="CounterField"/> is set, the counter must be seen to advance.
/// </summary>
/// <param name="Url">For example <c>http://10.9.0.11/status</c>.</param>
/// <param name="BootIdField">Name of the JSON field with the boot id (Linux: /proc/sys/kernel/random/boot_id); null: none.</param>
/// <param name="CounterField">Name of the JSON field with a counter that only grows while the guest runs; null: none.</param>
public sealed record GuestCheck(
    string Url,
    // Null is said in JSON too: left out, it would come back as the default name and ask for what the guest never gives.
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? BootIdField = "boot",
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? CounterField = "ticks");

/// <summary>One answer of a guest.</summary>
/// <param name="BootId">The boot id it gave; null where the check has none.</param>
/// <param name="Counter">The counter it gave; null where the check has none.</param>
public sealed record GuestObservation(string? BootId, long? Counter);
