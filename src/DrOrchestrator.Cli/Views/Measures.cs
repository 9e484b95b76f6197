using System.Globalization;

namespace DrOrchestrator.Cli.Views;

/// <summary>Numbers as people read them. JSON has them unrounded.</summary>
internal static class Measures
{
    private static readonly (string Unit, double Size)[] Units = [("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("B", 1)];

    public static string Bytes(double bytes)
    {
        var (unit, size) = UnitOf(bytes);
        return $"{Number(bytes / size)} {unit}";
    }

    /// <summary>Both in the unit of the whole: <c>0.5/2 GiB</c>.</summary>
    public static string Part(double part, double whole)
    {
        var (unit, size) = UnitOf(whole);
        return $"{Number(part / size)}/{Number(whole / size)} {unit}";
    }

    public static string Rate(double bytesPerSecond) => $"{Bytes(bytesPerSecond)}/s";

    /// <summary>Minutes and seconds, and hours where there are some: <c>1:12</c>, <c>2:03:45</c>.</summary>
    public static string Clock(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Max(0, Math.Floor(seconds)));
        return span.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}:{span.Minutes:00}:{span.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{span.Minutes}:{span.Seconds:00}");
    }

    public static string Pause(double seconds) =>
        seconds < 1 ? string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0} ms") : string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s");

    public static string Percent(double fraction) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(Math.Clamp(fraction, 0, 1) * 100):0} %");

    /// <summary>Always UTC, and it says so: people of two sites read one screen.</summary>
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string DayAndTime(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Short, for lists; a list of runs rarely spans a year.</summary>
    public static string DayAndMinute(DateTimeOffset at) => at.UtcDateTime.ToString("MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private static (string Unit, double Size) UnitOf(double bytes) => Units.First(unit => bytes >= unit.Size || unit.Size == 1);

    private static string Number(double value) => value.ToString(value < 10 ? "0.#" : "0", CultureInfo.InvariantCulture);
}
