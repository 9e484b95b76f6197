using System.Text.Json;
using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Server.Api.Description;

/// <summary>What an endpoint says of itself in the OpenAPI document. Handlers answer with results of every kind, so nothing of it can be read off them.</summary>
internal static class EndpointDescription
{
    public const string ProblemJson = "application/problem+json";
    public const string Json = "application/json";

    /// <summary>Left out of the document.</summary>
    public const string Anything = "*/*";

    /// <param name="endpoint">The endpoint.</param>
    /// <param name="name">Its operation's id, unique, as a client generator names a method.</param>
    /// <param name="summary">What it does, in a sentence.</param>
    /// <param name="problems">Status codes besides those of every call (401, 403, 503).</param>
    /// <param name="status">The status code of success.</param>
    public static RouteHandlerBuilder Describe<TAnswer>(
        this RouteHandlerBuilder endpoint, string name, string summary, int[]? problems = null, int status = StatusCodes.Status200OK)
    {
        endpoint.WithName(name).WithSummary(summary).Produces<TAnswer>(status);
        foreach (var problem in problems ?? [])
        {
            endpoint.Produces<Problem>(problem, ProblemJson);
        }

        return endpoint;
    }

    /// <summary>The body that it takes; another content type is answered with 415, by <see cref="RequestBody"/>.</summary>
    /// <remarks>Routing would answer it by itself, and before anybody looked at the key: so it is told that everything is taken.</remarks>
    public static RouteHandlerBuilder Takes<TBody>(this RouteHandlerBuilder endpoint, long mostBytes) where TBody : notnull =>
        endpoint.Accepts<TBody>(Json, Anything).Produces<Problem>(StatusCodes.Status415UnsupportedMediaType, ProblemJson)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(mostBytes));

    /// <summary>
    /// Reports from outside. Whatever their content type: a report that can't be read is kept aside and answered with 400, and none is turned
    /// away unread: <see cref="ReportBody"/> bounds it, and keeps the beginning of what is longer.
    /// </summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="usual">The content types that can be read.</param>
    public static RouteHandlerBuilder TakesReports(this RouteHandlerBuilder endpoint, params string[] usual) =>
        endpoint.Accepts<JsonElement>(usual[0], [.. usual[1..], Anything]).WithMetadata(new Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute());

    /// <summary>The problems that any call may meet, and what the calls are about.</summary>
    public static RouteGroupBuilder WithCommonProblems(this RouteGroupBuilder group)
    {
        // By what they are about; without this they would be sorted by the classes that map them.
        ((IEndpointConventionBuilder)group).Add(endpoint => endpoint.Metadata.Add(new TagsAttribute(SubjectOf(((RouteEndpointBuilder)endpoint).RoutePattern.RawText!))));
        foreach (var status in new[] { StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status503ServiceUnavailable })
        {
            group.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(Problem), [ProblemJson]));
        }

        return group;
    }

    /// <summary>For example <c>runs</c> of <c>/api/v1/runs/{id}</c>.</summary>
    private static string SubjectOf(string pattern) => pattern[DrOrchestratorApi.Root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries)[0];
}
