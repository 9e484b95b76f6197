using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using System.Text;
using DrOrchestrator.Engine.Telemetry;

namespace DrOrchestrator.Server.Concerns;

/// <summary>One Alertmanager. What it did not take is sent again with the next round, for every round sends everything that stands.</summary>
public sealed class AlertmanagerClient : IDisposable
{
    private static readonly Counter<long> Sent = EngineTelemetry.Meter.CreateCounter<long>(
        "dr.alertmanager.sent", "{request}", "Requests to the configured Alertmanagers, by outcome.");

    private readonly HttpClient http;
    private readonly Uri address;
    private readonly ILogger log;
    private bool away;

    /// <param name="address">Its base address; a user and password in it are sent as basic authentication and written into no log.</param>
    /// <param name="log">Told when it goes away and when it is back.</param>
    /// <param name="handler">Instead of the network.</param>
    public AlertmanagerClient(Uri address, ILogger log, HttpMessageHandler? handler = null)
    {
        this.log = log;
        this.address = new UriBuilder(address) { UserName = "", Password = "" }.Uri;

        // Not the configured proxy: alerts about an outage go straight.
        http = new HttpClient(handler ?? new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(3) })
        {
            Timeout = TimeSpan.FromSeconds(5),
        };
        if (address.UserInfo.Length > 0)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo))));
        }
    }

    /// <summary>True: it took all of them.</summary>
    public async Task<bool> Send(IReadOnlyList<OutgoingAlert> alerts, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.PostAsJsonAsync(new Uri($"{address.AbsoluteUri.TrimEnd('/')}/api/v2/alerts"), alerts, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                Say(wrong: null);
                return true;
            }

            Say($"it answered {(int)response.StatusCode}");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            // What fails while this is told to stop is the stop, whatever broke first.
            cancellationToken.ThrowIfCancellationRequested();
            Say(exception.Message);
        }

        return false;
    }

    public void Dispose() => http.Dispose();

    private void Say(string? wrong)
    {
        Sent.Add(1, new KeyValuePair<string, object?>("outcome", wrong is null ? "taken" : "failed"));
        if (wrong is not null && !away)
        {
            log.LogWarning("Alertmanager {Address} takes no alerts ({Error}); everything that stands is sent again with each round", address, wrong);
        }
        else if (wrong is null && away)
        {
            log.LogInformation("Alertmanager {Address} takes alerts again", address);
        }

        away = wrong is not null;
    }
}
