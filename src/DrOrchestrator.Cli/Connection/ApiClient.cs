using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Cli.Connection;

/// <summary>Calls the API; whatever is not an answer becomes a <see cref="CliFailure"/> with a way out.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient http;
    private readonly Uri server;

    public ApiClient(CliEnvironment environment, Uri server, string key)
    {
        this.server = server;
        http = new HttpClient(environment.Http()) { BaseAddress = new Uri(server, "/api/v1/"), Timeout = TimeSpan.FromSeconds(15) };
        try
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
        catch (FormatException)
        {
            throw new CliFailure(ExitCode.WrongUse, "The API key has characters in it that no key has.", "Give the key alone, dro_…, on one line.");
        }
    }

    public Task<T> Get<T>(string path, CancellationToken cancellationToken) => Send<T>(HttpMethod.Get, path, null, null, cancellationToken);

    public Task<T> Post<T>(string path, object body, CancellationToken cancellationToken, string? idempotencyKey = null) =>
        Send<T>(HttpMethod.Post, path, body, idempotencyKey, cancellationToken);

    public void Dispose() => http.Dispose();

    private async Task<T> Send<T>(HttpMethod method, string path, object? body, string? idempotencyKey, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body, body.GetType(), options: ContractJson.Options);
        }

        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return await response.Content.ReadFromJsonAsync<T>(ContractJson.Options, cancellationToken) ?? throw NoAnswer("its answer is empty");
            }

            throw await Failure(response, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw NoAnswer(exception.Message);
        }
        catch (JsonException)
        {
            throw NoAnswer("its answer is not one of this API");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw NoAnswer($"nothing came within {http.Timeout.TotalSeconds:0} s");
        }
    }

    private CliFailure NoAnswer(string why) => new(
        ExitCode.Unknown,
        $"{server} gives no usable answer: {why.TrimEnd('.')}.",
        "Check that the server runs and that the address is right (--server, DRCTL_SERVER). Runs go on without drctl.");

    private async Task<CliFailure> Failure(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        Problem? problem = null;
        try
        {
            problem = await response.Content.ReadFromJsonAsync<Problem>(ContractJson.Options, cancellationToken);
        }
        catch (JsonException)
        {
            // Not from our API: a proxy's page, or another server at this address.
        }

        if (problem?.Title is null)
        {
            return new CliFailure(ExitCodeOf(response.StatusCode), $"{server} answers {(int)response.StatusCode}.", "Check that this is the address of a DrOrchestrator server.");
        }

        return new CliFailure(ExitCodeOf(response.StatusCode), problem);
    }

    private static int ExitCodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.Conflict => ExitCode.Refused,
        >= HttpStatusCode.InternalServerError => ExitCode.Unknown,
        _ => ExitCode.WrongUse,
    };
}
