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
    private readonly TimeProvider clock;
    private readonly Uri server;

    public ApiClient(CliEnvironment environment, Uri server, string key)
    {
        this.server = server;
        clock = environment.Clock;
        http = new HttpClient(environment.Http()) { BaseAddress = new Uri(server, "/api/v1/"), Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
        catch (FormatException)
        {
            throw new CliFailure(ExitCode.WrongUse, "The API key has characters in it that no key has.", "Give the key alone, dro_…, on one line.");
        }
    }

    public Task<T> Get<T>(string path, CancellationToken cancellationToken) => Send<T>(HttpMethod.Get, path, null, null, Patience.Usual, cancellationToken);

    /// <summary>The answer may take <paramref name="patience"/>; null: <see cref="Patience.Usual"/>.</summary>
    public Task<T> Post<T>(string path, object body, CancellationToken cancellationToken, string? idempotencyKey = null, Patience? patience = null) =>
        Send<T>(HttpMethod.Post, path, body, idempotencyKey, patience ?? Patience.Usual, cancellationToken);

    public void Dispose() => http.Dispose();

    private async Task<T> Send<T>(HttpMethod method, string path, object? body, string? idempotencyKey, Patience patience, CancellationToken cancellationToken)
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

        using var end = new CancellationTokenSource(patience.Time, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellationToken);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            if (response.IsSuccessStatusCode)
            {
                return await response.Content.ReadFromJsonAsync<T>(ContractJson.Options, either.Token) ?? throw NoAnswer("its answer is empty");
            }

            throw await Failure(response, either.Token);
        }
        catch (HttpRequestException exception)
        {
            throw NoAnswer(exception.Message);
        }
        catch (JsonException)
        {
            throw NoAnswer("its answer is not one of this API");
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Without the end of our patience it is the connection that did not come about in its time.
            throw end.IsCancellationRequested ? NoAnswer(patience.Ended, patience.WayOut) : NoAnswer(exception.InnerException?.Message ?? exception.Message);
        }
    }

    private CliFailure NoAnswer(string why, string? wayOut = null) => new(
        ExitCode.Unknown, $"{server} gives no usable answer: {why.TrimEnd('.')}.", wayOut ?? Patience.Usual.WayOut);

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
