using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Server.Api;

/// <summary>Errors as problem+json. Each names its kind for programs, and says to people what happened and what next.</summary>
public static class Problems
{
    public static IResult Of(int status, string type, string title, string wayOut) =>
        Results.Json(new Problem(type, title, status, wayOut), ContractJson.Options, "application/problem+json", status);

    public static IResult BadRequest(string title, string wayOut) => Of(StatusCodes.Status400BadRequest, "bad-request", title, wayOut);

    public static IResult NotFound(string type, string title, string wayOut) => Of(StatusCodes.Status404NotFound, type, title, wayOut);

    public static IResult UnsupportedMediaType(string? contentType) => Of(
        StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type",
        contentType is null ? "The request does not say what its body is." : $"This address does not take '{contentType}'.", "Send JSON, and say so: Content-Type: application/json.");

    /// <summary>Nothing was changed.</summary>
    public static IResult Refused(string reason, string wayOut) => Of(StatusCodes.Status409Conflict, "refused", reason, wayOut);

    public static IResult Refused(Refusal refusal) => Refused(refusal.Reason, refusal.WayOut);

    public static IResult Unauthorized(string why) =>
        Of(StatusCodes.Status401Unauthorized, "unauthorized", why, "Send a key as Authorization: Bearer dro_…; a person who manages keys makes one with drctl key create --subject NAME --scope SCOPE.");

    public static IResult Forbidden(string why, string wayOut = "Use a key that has it; a person who manages keys makes one with drctl key create --subject NAME --scope SCOPE.") =>
        Of(StatusCodes.Status403Forbidden, "forbidden", why, wayOut);
}
