namespace DrOrchestrator.Core.Kernel;

/// <summary>Who or what caused something: an API key's subject, or a saga of ours.</summary>
/// <param name="Subject">For example <c>alertmanager</c>, <c>night-shift</c>, or <c>host-a1</c> for a saga.</param>
public sealed record Actor(string Subject)
{
    public override string ToString() => Subject;
}
