using System.Globalization;
using DrOrchestrator.Engine;
using DrOrchestrator.Server.Bus;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Configuration;
using DrOrchestrator.Server.Identity;
using DrOrchestrator.Server.Ingest.Amqp;
using DrOrchestrator.Server.Probes;
using DrOrchestrator.Server.Publishing;
using DrOrchestrator.Server.Telemetry;
using DrOrchestrator.Store;

namespace DrOrchestrator.Server.Hosting;

/// <summary>
/// Everything that is configured from outside, read once: environment variables with the prefix DR_, the
/// command line, or appsettings.json. The README lists them; a test holds its tables.
/// </summary>
public sealed record ServerSettings(
    EngineOptions Engine,
    BusOptions Bus,
    StoreOptions Store,
    IdentityOptions Identity,
    string? InventoryPath,
    string? LibvirtLibrary,
    string RunbooksPath,
    TimeSpan DiscoverEvery,
    Uri? Fleet,
    int SimulatedVms,
    int SimulatedSlots,
    ForeignExchangeOptions? Events,
    PublishingOptions? Publishing,
    TelemetryOptions Telemetry,
    ConcernOptions Concerns,
    ProbeOptions Probes)
{
    /// <exception cref="InvalidOperationException">Something needed is missing or malformed; the message names it and the way out.</exception>
    public static ServerSettings From(IConfiguration configuration)
    {
        var defaults = new EngineOptions { Worker = "" };
        var concerns = new ConcernOptions();
        return new ServerSettings(
            new EngineOptions
            {
                Worker = configuration["Worker"] ?? $"{Environment.MachineName}-{Environment.ProcessId}",
                ResendAfter = Seconds(configuration, "ResendAfterSeconds", defaults.ResendAfter),
                ClaimLifetime = Seconds(configuration, "ClaimLifetimeSeconds", defaults.ClaimLifetime),
                SweepEvery = Seconds(configuration, "SweepEverySeconds", defaults.SweepEvery),
            },
            new BusOptions { RabbitMq = Address(configuration, "RabbitMq") },
            new StoreOptions
            {
                ConnectionString = configuration["Database"]
                    ?? throw new InvalidOperationException("No database is configured. Set DR_DATABASE to an Npgsql connection string, for example from the file that deploy/services wrote."),
                Schema = configuration["Schema"] ?? "dr",
            },
            new IdentityOptions { FirstKeyPath = configuration["FirstKeyFile"] ?? "first-key" },
            configuration["Inventory"] is { Length: > 0 } inventory ? inventory : null,
            configuration["LibvirtLibrary"] is { Length: > 0 } library ? library : null,
            configuration["Runbooks"] is { Length: > 0 } runbooks ? runbooks : "runbooks",
            Seconds(configuration, "DiscoverEverySeconds", TimeSpan.FromSeconds(15)),
            Address(configuration, "Fleet"),
            configuration.GetValue("SimulatedVms", 8),
            configuration.GetValue("SimulatedSlots", 1024),
            EventsFrom(configuration),
            PublishingFrom(configuration),
            new TelemetryOptions
            {
                MetricsOpenOnLoopback = configuration.GetValue("MetricsOpenOnLoopback", false),
                Traces = Address(configuration, "Traces"),
            },
            new ConcernOptions
            {
                Alertmanagers = Addresses(configuration, "Alertmanagers"),
                Every = Seconds(configuration, "TellEverySeconds", concerns.Every),
                Heartbeat = Address(configuration, "HeartbeatUrl"),
                HeartbeatEvery = Seconds(configuration, "HeartbeatEverySeconds", concerns.HeartbeatEvery),
            },
            ProbesFrom(configuration));
    }

    private static ProbeOptions ProbesFrom(IConfiguration configuration)
    {
        var usual = new ProbeOptions();
        return new ProbeOptions
        {
            Enabled = configuration.GetValue("Probes", usual.Enabled),
            Every = Seconds(configuration, "ProbeEverySeconds", usual.Every),
            AtOnce = Count(configuration, "ProbesAtOnce", usual.AtOnce),
            Rules = usual.Rules with
            {
                FailuresToRaise = Count(configuration, "ProbeFailuresToRaise", usual.Rules.FailuresToRaise),
                SuccessesToResolve = Count(configuration, "ProbeSuccessesToResolve", usual.Rules.SuccessesToResolve),
            },
        };
    }

    /// <summary>The foreign exchange; null: none is read.</summary>
    private static ForeignExchangeOptions? EventsFrom(IConfiguration configuration)
    {
        if (Address(configuration, "EventsRabbitMq") is not { } broker)
        {
            return null;
        }

        var usual = new ForeignExchangeOptions { Broker = broker };
        return usual with
        {
            Queue = configuration["EventsQueue"] is { Length: > 0 } queue ? queue : usual.Queue,
            Exchange = configuration["EventsExchange"] is { Length: > 0 } exchange ? exchange : null,
            RoutingKey = configuration["EventsRoutingKey"] is { Length: > 0 } key ? key : usual.RoutingKey,
        };
    }

    /// <summary>Where facts are published; null: nowhere.</summary>
    private static PublishingOptions? PublishingFrom(IConfiguration configuration)
    {
        if (Address(configuration, "PublishRabbitMq") is not { } broker)
        {
            return null;
        }

        var usual = new PublishingOptions
        {
            Broker = broker,
            Exchange = configuration["PublishExchange"] is { Length: > 0 } exchange
                ? exchange
                : throw new InvalidOperationException("DR_PUBLISHRABBITMQ names a broker and no exchange. Set DR_PUBLISHEXCHANGE to an exchange that exists there."),
            FromTheBeginning = configuration.GetValue("PublishFromBeginning", false),
        };
        return configuration["PublishSource"] is { Length: > 0 } source ? usual with { Source = source } : usual;
    }

    private static Uri? Address(IConfiguration configuration, string key) => configuration[key] is not { Length: > 0 } text
        ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var address)
            ? address
            : throw new InvalidOperationException($"DR_{key.ToUpperInvariant()} is no address.");

    private static IReadOnlyList<Uri> Addresses(IConfiguration configuration, string key) =>
    [
        .. (configuration[key] ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(text => Uri.TryCreate(text, UriKind.Absolute, out var address)
            ? address
            : throw new InvalidOperationException($"DR_{key.ToUpperInvariant()} is no list of addresses; it takes them with commas between.")),
    ];

    private static TimeSpan Seconds(IConfiguration configuration, string key, TimeSpan otherwise) => configuration[key] is not { Length: > 0 } text
        ? otherwise
        : double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : throw new InvalidOperationException($"DR_{key.ToUpperInvariant()} is '{text}'; it takes a number of seconds above 0.");

    private static int Count(IConfiguration configuration, string key, int otherwise) => configuration[key] is not { Length: > 0 } text
        ? otherwise
        : int.TryParse(text, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 10_000
            ? count
            : throw new InvalidOperationException($"DR_{key.ToUpperInvariant()} is '{text}'; it takes a whole number from 1 to 10000.");
}
