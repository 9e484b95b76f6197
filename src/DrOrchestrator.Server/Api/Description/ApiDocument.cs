using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Server.Identity;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace DrOrchestrator.Server.Api.Description;

/// <summary>
/// The OpenAPI document, at <see cref="Path"/>: every endpoint with its summary, the scope that it asks for, and its problems. It says
/// nothing that the source does not, so it needs no key.
/// </summary>
internal static class ApiDocument
{
    public const string Path = "/openapi/v1.json";
    private const string Scheme = "api-key";

    public static void Add(IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "DrOrchestrator",
                Version = "v1",
                Description = "Disaster recovery for fleets of virtual machines. Errors are application/problem+json with a wayOut. "
                    + "Every request may be repeated; a 503 means that it is not known whether anything was recorded.",
            };

            // Of whichever address it was asked for at; a client knows where it calls.
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Scheme] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    Description = $"An API key, dro_<id>_<secret>. Its scopes are of {string.Join(", ", Scopes.All)}; none contains another.",
                },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            operation.RequestBody?.Content?.Remove(EndpointDescription.Anything);
            string[] policies = [.. context.Description.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().Select(data => data.Policy).OfType<string>()];
            if (policies.Length > 0)
            {
                operation.Description = policies.Contains(AccessPolicies.ManageKeys)
                    ? "Needs a key with every scope."
                    : $"Needs a key with the scope {string.Join(" and ", Scopes.All.Where(scope => policies.Contains(AccessPolicies.For(scope))))}.";
                operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
            }

            return Task.CompletedTask;
        });
    });

    public static void Map(IEndpointRouteBuilder routes) => routes.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
}
