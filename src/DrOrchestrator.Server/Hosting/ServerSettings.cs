using System.Globalization;
using DrOrchestrator.Engine;
using DrOrchestrator.Server.Bus;
using DrOrchestrator.Server.Configuration;
using DrOrchestrator.Server.Identity;
using DrOrchestrator.Store;

namespace DrOrchestrator.Server.Hosting;

/// <summary>
/// Everything that is configured from outside, read once: environment variables with the prefix DR_, the
/// command line, or appsettings.json. The README lists them.
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
    int SimulatedVms)
{
    /// <exception cref="InvalidOperationException">Something needed is missing or malformed; the message names it and the way out.</exception>
    public static ServerSettings From(IConfiguration configuration)
    {
        var defaults = new EngineOptions { Worker = "" };
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
            configuration["Inventory"],
            configuration["LibvirtLibrary"] is { Length: > 0 } library ? library : null,
            configuration["Runbooks"] ?? "runbooks",
            Seconds(configuration, "DiscoverEverySeconds", TimeSpan.FromSeconds(15)),
            Address(configuration, "Fleet"),
            configuration.GetValue("SimulatedVms", 8));
    }

    private static Uri? Address(IConfiguration configuration, string key) => configuration[key] is not { Length: > 0 } text
        ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var address)
            ? address
            : throw new InvalidOperationException($"DR_{key.ToUpperInvariant()} is no address.");

    private static TimeSpan Seconds(IConfiguration configuration, string key, TimeSpan otherwise) => configuration[key] is not { Length: > 0 } text
        ? otherwise
        : double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : throw new InvalidOperationException($"DR_{key.ToUpperInvariant()} is '{text}'; it takes a number of seconds above 0.");
}
