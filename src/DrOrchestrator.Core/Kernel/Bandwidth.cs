using System.Globalization;

namespace DrOrchestrator.Core.Kernel;

/// <summary>A data rate in bytes per second; positive.</summary>
public readonly record struct Bandwidth : IComparable<Bandwidth>
{
    public Bandwidth(double bytesPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesPerSecond);
        BytesPerSecond = bytesPerSecond;
    }

    public double BytesPerSecond { get; }

    public double MebibytesPerSecond => BytesPerSecond / (1024d * 1024d);

    public static Bandwidth FromMebibytesPerSecond(double value) => new(value * 1024 * 1024);

    /// <summary>From megabits per second, the unit in which links are sold (10^6 bits).</summary>
    public static Bandwidth FromMegabitsPerSecond(double value) => new(value * 1e6 / 8);

    /// <summary>How long this rate needs for an amount, without any dirtying or overhead.</summary>
    public TimeSpan TimeFor(Bytes amount) => TimeSpan.FromSeconds(amount.Value / BytesPerSecond);

    public int CompareTo(Bandwidth other) => BytesPerSecond.CompareTo(other.BytesPerSecond);

    public static bool operator <(Bandwidth left, Bandwidth right) => left.CompareTo(right) < 0;

    public static bool operator >(Bandwidth left, Bandwidth right) => left.CompareTo(right) > 0;

    public static bool operator <=(Bandwidth left, Bandwidth right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Bandwidth left, Bandwidth right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{MebibytesPerSecond:0.#} MiB/s");
}
