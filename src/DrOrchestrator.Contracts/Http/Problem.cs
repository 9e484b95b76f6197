using System.Text.Json.Serialization;

namespace DrOrchestrator.Contracts.Http;

/// <summary>An error as RFC 9457 problem+json, with one member more.</summary>
/// <param name="Type">A name for the kind of error, for example <c>run-not-found</c>; stable, for programs.</param>
/// <param name="Title">What went wrong, a whole sentence for people.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="WayOut">What to do next, a whole sentence.</param>
public sealed record Problem(
    [property: JsonPropertyOrder(1)] string Type,
    [property: JsonPropertyOrder(2)] string Title,
    [property: JsonPropertyOrder(3)] int Status,
    [property: JsonPropertyOrder(4)] string WayOut);
