namespace DrOrchestrator.Core.Kernel;

/// <summary>Why something was not done, and what would unblock it. Nothing was changed.</summary>
/// <param name="Reason">A whole sentence for the operator.</param>
/// <param name="WayOut">What the operator can do next; a whole sentence.</param>
public sealed record Refusal(string Reason, string WayOut)
{
    public override string ToString() => $"{Reason} {WayOut}";
}
