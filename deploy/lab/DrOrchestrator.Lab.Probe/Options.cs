using System.Globalization;
using System.Net;

namespace DrOrchestrator.Lab.Probe;

internal sealed record Options
{
    public const string Usage =
        "probe [--seconds N] [--interval-ms N] [--from a,b] [--restart-expected NAME|all] [--json]";

    public required string StateFolder { get; init; }

    public required IReadOnlyList<(string Name, IPAddress Address)> Guests { get; init; }

    public IReadOnlyList<string> Probes { get; init; } = ["a", "b"];

    public TimeSpan? Duration { get; init; }

    /// <summary>
    /// Between two questions to one guest, whoever asks: the probes take turns. Each question costs an
    /// emulated guest about a millisecond of a core, so asking more would measure the asking.
    /// </summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(20);

    public IReadOnlySet<string> RestartsExpected { get; init; } = new HashSet<string>();

    public bool Json { get; init; }

    /// <returns>Null when the arguments make no sense.</returns>
    public static Options? Parse(IReadOnlyList<string> arguments)
    {
        var guests = new List<(string, IPAddress)>();
        var restarts = new HashSet<string>();
        var options = new Options { StateFolder = "/var/lib/drorchestrator-lab", Guests = guests, RestartsExpected = restarts };
        var i = 0;
        while (i < arguments.Count)
        {
            var name = arguments[i++];
            if (name == "--json")
            {
                options = options with { Json = true };
                continue;
            }

            if (i == arguments.Count)
            {
                return null;
            }

            var value = arguments[i++];
            switch (name)
            {
                case "--state":
                    options = options with { StateFolder = value };
                    break;
                case "--from":
                    options = options with { Probes = value.Split(',') };
                    break;
                case "--seconds" when Number(value) is { } seconds:
                    options = options with { Duration = TimeSpan.FromSeconds(seconds) };
                    break;
                case "--interval-ms" when Number(value) is >= 1 and var milliseconds:
                    options = options with { Interval = TimeSpan.FromMilliseconds(milliseconds) };
                    break;
                case "--restart-expected":
                    restarts.Add(value);
                    break;
                case "--guest" when value.Split('=') is [var guest, var text] && IPAddress.TryParse(text, out var address):
                    guests.Add((guest, address));
                    break;
                default:
                    return null;
            }
        }

        return options;
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
