namespace DrOrchestrator.Contracts.Http;

/// <summary>Asks for a new API key.</summary>
/// <param name="Subject">Who or what will use it: the name that the record shows, for example <c>night-shift</c>.</param>
/// <param name="Scopes">See <see cref="Http.Scopes"/>.</param>
public sealed record CreateKeyRequest(string? Subject, IReadOnlyList<string>? Scopes);

/// <summary>A new key. This answer is the only place that ever shows it.</summary>
/// <param name="Id">Its public part.</param>
/// <param name="Key">The whole key, to be sent as <c>Authorization: Bearer</c>.</param>
/// <param name="Subject">Whose it is.</param>
/// <param name="Scopes">What it may be used for.</param>
public sealed record CreatedKey(string Id, string Key, string Subject, IReadOnlyList<string> Scopes);

/// <summary>A key without its secret, which is not stored.</summary>
public sealed record KeyView(
    string Id, string Subject, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? RevokedAt, string? RevokedBy);

/// <summary>Refused calls on record, last first.</summary>
/// <param name="Refusals">The calls.</param>
/// <param name="Suppressed">How many more were refused since the server's start and only counted, because their source sent too many.</param>
public sealed record AccessRefusalPage(IReadOnlyList<AccessRefusalView> Refusals, long Suppressed);

/// <summary>A call that was refused.</summary>
public sealed record AccessRefusalView(
    DateTimeOffset At, string Remote, string Method, string Path, int Status, string? Subject, string? KeyId, string Why);
