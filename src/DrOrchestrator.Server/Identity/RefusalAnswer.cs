using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace DrOrchestrator.Server.Identity;

/// <summary>Answers calls that may not go through: 401 or 403 with a sentence and a way out, never without a trace.</summary>
public sealed class RefusalAnswer(AccessLog access) : IAuthorizationMiddlewareResultHandler
{
    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            await next(context);
            return;
        }

        if (authorizeResult.Challenged)
        {
            var failure = (await context.AuthenticateAsync()).Failure?.Message;
            var why = failure ?? "The call showed no API key.";
            await access.Refused(context, StatusCodes.Status401Unauthorized, null, ApiKeyAuthentication.ShownKey(context), why);
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Api.Problems.Unauthorized(why).ExecuteAsync(context);
            return;
        }

        var missing = AccessPolicies.Missing(policy, context.User.Scopes());
        var reason = missing.Length == 0 ? "This key may not do that." : $"This key lacks the scope {string.Join(", ", missing)}.";
        await access.Refused(context, StatusCodes.Status403Forbidden, context.User.Identity?.Name, context.User.KeyId(), reason);
        await Api.Problems.Forbidden(reason).ExecuteAsync(context);
    }
}
