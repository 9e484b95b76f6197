using System.Text.Json;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Drivers;

namespace DrOrchestrator.Server.Hosting;

/// <summary>Asks a guest over HTTP for a JSON object with its boot id and counter.</summary>
/// <param name="deadline">A guest that does not answer within this counts as silent for this question; by default 2 s.</param>
public sealed class HttpGuestProbe(TimeSpan? deadline = null) : IGuestProbe, IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    /// <summary>A status is a few fields. What is longer comes from something that is no health check, or means no good.</summary>
    private const int LongestAnswer = 64 * 1024;

    // No connection is kept: one that was opened before a move says nothing of the guest after it. No redirect is
    // followed: another address must not prove life for this guest.
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.Zero, ConnectTimeout = deadline ?? Deadline, UseProxy = false, AllowAutoRedirect = false,
    })
    {
        Timeout = deadline ?? Deadline,
        MaxResponseContentBufferSize = LongestAnswer,
    };

    public async Task<Outcome<GuestObservation>> Observe(VmRef vm, GuestCheck check, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(check.Url), cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return new Outcome<GuestObservation>.Unknown($"{check.Url} answered {(int)response.StatusCode}.");
            }

            using var body = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
            return Read(check, body.RootElement);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException or JsonException or UriFormatException)
        {
            // What fails while this is told to stop is the stop, whatever broke first.
            cancellationToken.ThrowIfCancellationRequested();
            return new Outcome<GuestObservation>.Unknown($"{check.Url} gave no usable answer: {exception.Message}");
        }
    }

    public void Dispose() => http.Dispose();

    private static Outcome<GuestObservation> Read(GuestCheck check, JsonElement body)
    {
        if (body.ValueKind is not JsonValueKind.Object)
        {
            return new Outcome<GuestObservation>.Unknown($"{check.Url} answers with no JSON object.");
        }

        string? boot = null;
        if (check.BootIdField is { } bootField)
        {
            if (!body.TryGetProperty(bootField, out var value) || value.ValueKind is not JsonValueKind.String)
            {
                return new Outcome<GuestObservation>.Unknown($"{check.Url} answers without a text field '{bootField}'.");
            }

            boot = value.GetString();
        }

        long? counter = null;
        if (check.CounterField is { } counterField)
        {
            if (!body.TryGetProperty(counterField, out var value) || value.ValueKind is not JsonValueKind.Number || !value.TryGetInt64(out var number))
            {
                return new Outcome<GuestObservation>.Unknown($"{check.Url} answers without a whole number '{counterField}'.");
            }

            counter = number;
        }

        return new Outcome<GuestObservation>.Done(new GuestObservation(boot, counter));
    }
}
