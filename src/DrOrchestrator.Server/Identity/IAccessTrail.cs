namespace DrOrchestrator.Server.Identity;

/// <summary>Port: where refused calls are kept. What comes here is already bounded in rate and in size.</summary>
public interface IAccessTrail
{
    Task Add(AccessRefusal refusal, CancellationToken cancellationToken);

    /// <summary>Last first.</summary>
    Task<IReadOnlyList<AccessRefusal>> Last(int limit, CancellationToken cancellationToken);
}

/// <summary>A call that was refused with 401 or 403.</summary>
/// <param name="At">When.</param>
/// <param name="Remote">The address that it came from.</param>
/// <param name="Method">GET, POST, …</param>
/// <param name="Path">Without the query, cut to 200 characters, control characters replaced.</param>
/// <param name="Status">401 or 403.</param>
/// <param name="Subject">Who it was, where the key proved it; null: not known.</param>
/// <param name="KeyId">The public part of the key that was shown, proven or not; null: none was.</param>
/// <param name="Why">A sentence.</param>
/// <param name="SuppressedBefore">How many calls of this source were refused and only counted since its last entry.</param>
public sealed record AccessRefusal(
    DateTimeOffset At, string Remote, string Method, string Path, int Status, string? Subject, string? KeyId, string Why, long SuppressedBefore);
