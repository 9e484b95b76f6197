using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Server.Tests.Configuration;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Api;

public sealed partial class DescriptionTests
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_document_is_as_reviewed()
    {
        await using var host = await TestServerHost.Start();
        using var document = JsonDocument.Parse(await host.Anonymous().GetStringAsync("/openapi/v1.json"));
        var now = JsonSerializer.Serialize(document.RootElement, Readable);
        Assert.Equal(Golden.Of("openapi", now), now);
    }

    [Fact]
    public async Task Every_operation_has_a_summary_and_every_one_of_the_api_its_scope_and_its_problems()
    {
        await using var host = await TestServerHost.Start();
        using var document = JsonDocument.Parse(await host.Anonymous().GetStringAsync("/openapi/v1.json"));
        var operations = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Name: $"{operation.Name} {path.Name}", Path: path.Name, Says: operation.Value))).ToArray();
        Assert.True(operations.Length >= 15);
        Assert.All(operations, operation =>
        {
            Assert.True(operation.Says.TryGetProperty("summary", out _), $"{operation.Name} has no summary");
            if (operation.Path.StartsWith("/api/", StringComparison.Ordinal))
            {
                Assert.True(operation.Says.TryGetProperty("description", out var scope) && scope.GetString()!.StartsWith("Needs a key with", StringComparison.Ordinal), $"{operation.Name} names no scope");
                Assert.True(operation.Says.TryGetProperty("security", out _), $"{operation.Name} has no security");
                foreach (var status in new[] { "401", "403", "503" })
                {
                    Assert.True(operation.Says.GetProperty("responses").GetProperty(status).GetProperty("content").TryGetProperty("application/problem+json", out _), $"{operation.Name}: {status}");
                }
            }
        });
    }

    [Fact]
    public async Task Every_call_has_its_row_in_the_README_and_every_row_its_call()
    {
        await using var host = await TestServerHost.Start();
        using var document = JsonDocument.Parse(await host.Anonymous().GetStringAsync("/openapi/v1.json"));
        const string api = "/api/v1";
        var calls = document.RootElement.GetProperty("paths").EnumerateObject().Where(path => path.Name.StartsWith(api, StringComparison.Ordinal))
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => Unnamed($"{operation.Name.ToUpperInvariant()} {path.Name[api.Length..]}")));
        var rows = Checkout.Text("src/DrOrchestrator.Server/Api/README.md").Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal) && !line.Contains("(outside `", StringComparison.Ordinal))
            .SelectMany(line => Call().Matches(line.Split('|')[1]).Select(match => Unnamed(match.Value)));

        Assert.Equal(calls.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_kind_of_stream_is_named_where_a_stream_is_asked_for()
    {
        await using var host = await TestServerHost.Start();
        var description = await host.Anonymous().GetStringAsync("/openapi/v1.json");
        Assert.All(DeciderCatalog.Kinds, kind =>
        {
            Assert.Matches($"Kinds are [a-z, ]*{kind}", description);
            Assert.All(["src/DrOrchestrator.Cli/Commands/AuditCommands.cs", "src/DrOrchestrator.Cli/README.md", "runbooks/README.md"], page => Assert.Contains($"{kind}-", Checkout.Text(page), StringComparison.Ordinal));
        });
    }

    [Theory]
    [InlineData("DELETE", "/api/v1/runs", null, HttpStatusCode.MethodNotAllowed, "This address does not take DELETE.", "It takes GET, POST.")]
    [InlineData("POST", "/api/v1/runs", "text/plain", HttpStatusCode.UnsupportedMediaType, "This address does not take 'text/plain; charset=utf-8'.", "Send JSON, and say so: Content-Type: application/json.")]
    [InlineData("GET", "/api/v1/nothing", null, HttpStatusCode.NotFound, "There is nothing at this address.", "The API is at /api/v1.")]
    [InlineData("GET", "/nothing", null, HttpStatusCode.NotFound, "There is nothing at this address.", "The API is at /api/v1.")]
    public async Task Whatever_is_wrong_is_a_problem_with_a_way_out(string method, string path, string? contentType, HttpStatusCode status, string title, string wayOut)
    {
        await using var host = await TestServerHost.Start();
        using var client = await host.As("night-shift", Scopes.View, Scopes.Trigger);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (contentType is not null)
        {
            request.Content = new StringContent("hello", Encoding.UTF8, contentType);
        }

        using var response = await client.SendAsync(request);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<Problem>(ContractJson.Options);
        Assert.Equal((title, wayOut), (problem!.Title, problem.WayOut));
    }

    /// <summary>Without the names of its parts and without its query.</summary>
    private static string Unnamed(string call) => Named().Replace(call.Split('?')[0], "{}");

    [GeneratedRegex("(GET|POST|PUT|PATCH|DELETE) /[^`]*")]
    private static partial Regex Call();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Named();
}
