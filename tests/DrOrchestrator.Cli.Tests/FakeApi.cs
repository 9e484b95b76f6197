using System.Net;
using System.Text;

namespace DrOrchestrator.Cli.Tests;

/// <summary>Answers by path; the last answer given for a path is repeated.</summary>
internal sealed class FakeApi : HttpMessageHandler
{
    private readonly Dictionary<string, Queue<(HttpStatusCode Status, string Body)?>> answers = [];

    public List<(string Call, string Body, string? Authorization, string? IdempotencyKey)> Calls { get; } = [];

    /// <summary>Null: the connection is refused.</summary>
    public FakeApi Answers(string call, string? body, HttpStatusCode status = HttpStatusCode.OK)
    {
        if (!answers.TryGetValue(call, out var queue))
        {
            answers[call] = queue = new();
        }

        queue.Enqueue(body is null ? null : (status, body));
        return this;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = $"{request.Method} {request.RequestUri!.PathAndQuery}";
        Calls.Add((
            call,
            request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken),
            request.Headers.Authorization?.ToString(),
            request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null));
        var queue = answers[call];
        var answer = (queue.Count > 1 ? queue.Dequeue() : queue.Peek()) ?? throw new HttpRequestException("Connection refused");
        return new HttpResponseMessage(answer.Status) { Content = new StringContent(answer.Body, Encoding.UTF8, "application/json") };
    }
}
