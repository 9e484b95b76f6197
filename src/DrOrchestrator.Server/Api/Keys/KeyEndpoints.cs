using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Server.Api.Description;
using DrOrchestrator.Server.Identity;

namespace DrOrchestrator.Server.Api.Keys;

/// <summary>Making, listing and revoking API keys, and the trail of refused calls.</summary>
internal static class KeyEndpoints
{
    /// <summary>Refusals shown at most.</summary>
    private const int Refusals = 200;

    public static void Map(RouteGroupBuilder api)
    {
        var manage = api.MapGroup("").RequireAuthorization(AccessPolicies.ManageKeys);
        manage.MapPost("/keys", Create).Takes<CreateKeyRequest>(RequestBody.Small)
            .Describe<CreatedKey>("createKey", "Makes a key. Its secret is in this answer and nowhere else.", [400], StatusCodes.Status201Created);
        manage.MapGet("/keys", async (IKeyStore keys, CancellationToken cancellationToken) =>
            Results.Ok(new KeyList([.. (await keys.List(cancellationToken)).Select(View)])))
            .Describe<KeyList>("listKeys", "All keys, revoked ones too, without their secrets.");
        manage.MapPost("/keys/{id}/revoke", Revoke).Describe<KeyView>("revokeKey", "Ends a key for good.", [404, 409]);
        manage.MapGet("/access/refusals", async (IAccessTrail trail, TrailLimit limit, CancellationToken cancellationToken) =>
            Results.Ok(new AccessRefusalPage([.. (await trail.Last(Refusals, cancellationToken)).Select(View)], limit.Suppressed)))
            .Describe<AccessRefusalPage>("listRefusals", "The last calls that were refused.");
    }

    private static async Task<IResult> Create(HttpContext context, IKeyStore keys, TimeProvider clock, ILogger<ApiKey> log, CancellationToken cancellationToken)
    {
        var (request, problem) = await RequestBody.Read<CreateKeyRequest>(context);
        if (problem is not null)
        {
            return problem;
        }

        if (KeySubject.WhyNot(request!.Subject) is { } why)
        {
            return Problems.BadRequest(why, KeySubject.Rule);
        }

        string[] scopes = [.. Scopes.All.Intersect(request.Scopes ?? [])];
        string[] unknown = [.. (request.Scopes ?? []).Except(Scopes.All)];
        if (unknown.Length > 0 || scopes.Length == 0)
        {
            return Problems.BadRequest(
                unknown.Length > 0 ? $"There is no scope {string.Join(", ", unknown)}." : "A key needs at least one scope.", $"Scopes are {string.Join(", ", Scopes.All)}.");
        }

        var text = KeyText.New();
        var by = context.User.Actor().Subject;
        await keys.Add(new ApiKey(text.Id, text.Hash, request.Subject!, scopes, clock.GetUtcNow(), by), cancellationToken);
        log.LogInformation("{By} made the key {KeyId} for {Subject} with {Scopes}", by, text.Id, request.Subject, string.Join(", ", scopes));
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new CreatedKey(text.Id, text.Reveal(), request.Subject!, scopes), ContractJson.Options, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> Revoke(string id, HttpContext context, IKeyStore keys, TimeProvider clock, ILogger<ApiKey> log, CancellationToken cancellationToken)
    {
        var by = context.User.Actor().Subject;
        switch (await keys.Revoke(id, by, clock.GetUtcNow(), cancellationToken))
        {
            case Revocation.NoSuchKey:
                return Problems.NotFound("key-not-found", $"There is no key {id}.", "See drctl key list.");

            case Revocation.LastOfAllScopes:
                return Problems.Refused("It is the last key that may manage keys; without it nobody could ever make one again.", "Make another key with all scopes first.");

            case Revocation.Revoked:
                log.LogInformation("{By} revoked the key {KeyId}", by, id);
                break;

            default:
                break;
        }

        return Results.Ok(View((await keys.Find(id, cancellationToken))!));
    }

    private static KeyView View(ApiKey key) => new(key.Id, key.Subject, key.Scopes, key.CreatedAt, key.CreatedBy, key.RevokedAt, key.RevokedBy);

    private static AccessRefusalView View(AccessRefusal refusal) =>
        new(refusal.At, refusal.Remote, refusal.Method, refusal.Path, refusal.Status, refusal.Subject, refusal.KeyId, refusal.Why);
}
