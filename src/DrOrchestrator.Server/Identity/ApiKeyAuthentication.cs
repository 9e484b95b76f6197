using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace DrOrchestrator.Server.Identity;

/// <summary>Proves who calls, by <c>Authorization: Bearer dro_…</c>.</summary>
public sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IKeyStore keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "api-key";
    private const string Bearer = "Bearer ";

    /// <summary>Compared with where there is no such key, so that an unknown id takes as long as a wrong secret.</summary>
    private static readonly ApiKey Nobody = new("", new string('0', 64), "", [], default, "");

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers[HeaderNames.Authorization].ToString();
        if (header.Length == 0)
        {
            return AuthenticateResult.NoResult();
        }

        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || !KeyText.TryParse(header[Bearer.Length..].Trim(), out var shown))
        {
            return AuthenticateResult.Fail("What was sent is no API key of the form dro_<id>_<secret>.");
        }

        Context.Items[typeof(KeyText)] = shown.Id;
        var key = await keys.Find(shown.Id, Context.RequestAborted);
        if (!shown.Proves(key ?? Nobody) || key is null)
        {
            return AuthenticateResult.Fail("The API key is not known.");
        }

        return key.IsActive
            ? AuthenticateResult.Success(new AuthenticationTicket(Callers.Of(key, SchemeName), SchemeName))
            : AuthenticateResult.Fail("The API key was revoked.");
    }

    /// <summary>The public part of the key that the call showed, proven or not; null: it showed none.</summary>
    public static string? ShownKey(HttpContext context) => context.Items[typeof(KeyText)] as string;
}
