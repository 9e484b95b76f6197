namespace DrOrchestrator.Server.Concerns;

/// <summary>
/// Tells our own outgoing alerts from everybody else's. Alertmanager may well route them back to us; they must never start a run, stand against a
/// host, or count as unmatched, which would be an alert about an alert about itself.
/// </summary>
public static class OwnAlerts
{
    /// <summary>A label that every outgoing alert carries, and that no Alertmanager takes away.</summary>
    public const string Label = "origin";

    public const string Value = "drorchestrator";

    public static bool Sent(IReadOnlyDictionary<string, string> labels) => labels.TryGetValue(Label, out var origin) && origin == Value;
}
