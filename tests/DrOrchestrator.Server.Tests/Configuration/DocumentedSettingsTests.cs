using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using DrOrchestrator.Server.Hosting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace DrOrchestrator.Server.Tests.Configuration;

/// <summary>The README's tables of settings are what the server asks for, no more and no less.</summary>
public sealed partial class DocumentedSettingsTests
{
    private static string Readme { get; } = Checkout.Text("README.md");

    [Fact]
    public void Every_setting_that_is_asked_for_has_its_row_and_every_row_its_setting()
    {
        var asked = new Asked { ["Database"] = "Host=db", ["EventsRabbitMq"] = "amqp://a/", ["PublishRabbitMq"] = "amqp://b/", ["PublishExchange"] = "facts" };

        _ = ServerSettings.From(new ConfigurationRoot([asked]));

        Assert.Equal(asked.Keys.Select(key => $"DR_{key.ToUpperInvariant()}").Order(StringComparer.Ordinal), Rows().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_address_where_it_listens_is_the_one_of_the_table() =>
        Assert.Contains($"| `ASPNETCORE_URLS` | where it listens | `{ListenAddress.Usual}` |", Readme, StringComparison.Ordinal);

    /// <summary>The settings that rows of tables begin with; a row may have several.</summary>
    private static IEnumerable<string> Rows() => Readme.Split('\n')
        .Where(line => line.StartsWith("| `DR_", StringComparison.Ordinal))
        .SelectMany(line => Setting().Matches(line.Split('|')[1]).Select(match => match.Value));

    [GeneratedRegex("DR_[A-Z]+")]
    private static partial Regex Setting();

    /// <summary>Remembers what it was asked for.</summary>
    private sealed class Asked : ConfigurationProvider
    {
        private readonly ConcurrentDictionary<string, bool> keys = new(StringComparer.OrdinalIgnoreCase);

        public IEnumerable<string> Keys => keys.Keys;

        [SuppressMessage("Design", "CA1044", Justification = "What is set is read by TryGet.")]
        public string this[string key]
        {
            set => Data[key] = value;
        }

        public override bool TryGet(string key, out string? value)
        {
            keys[key] = true;
            return base.TryGet(key, out value);
        }
    }
}
