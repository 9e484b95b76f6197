namespace DrOrchestrator.Contracts.Http;

/// <summary>What a key may be used for. No scope contains another; a key has any set of them.</summary>
public static class Scopes
{
    /// <summary>Read everything except keys and refused calls.</summary>
    public const string View = "view";

    /// <summary>Report alerts, and start runs.</summary>
    public const string Trigger = "trigger";

    /// <summary>Intervene: abort, pause and resume runs, stop everything and let it go on, begin and end maintenance, give a kept slot back.</summary>
    public const string Operate = "operate";

    /// <summary>Answer a plan's approval gate.</summary>
    public const string Approve = "approve";

    /// <summary>Sign a waiver in place of fence evidence.</summary>
    public const string Waive = "waive";

    /// <summary>All of them: what managing keys takes.</summary>
    public static IReadOnlyList<string> All { get; } = [View, Trigger, Operate, Approve, Waive];
}
