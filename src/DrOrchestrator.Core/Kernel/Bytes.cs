using System.Globalization;

namespace DrOrchestrator.Core.Kernel;

/// <summary>An amount of data in bytes; never negative.</summary>
public readonly record struct Bytes : IComparable<Bytes>
{
    public Bytes(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Value = value;
    }

    public long Value { get; }

    public double Mebibytes => Value / (1024d * 1024d);

    public static Bytes Zero => default;

    public static Bytes FromMebibytes(double mebibytes) => new((long)(mebibytes * 1024 * 1024));

    public int CompareTo(Bytes other) => Value.CompareTo(other.Value);

    public static Bytes operator +(Bytes left, Bytes right) => new(left.Value + right.Value);

    /// <summary>Subtraction stops at zero: a remainder can not be negative.</summary>
    public static Bytes operator -(Bytes left, Bytes right) => new(Math.Max(0, left.Value - right.Value));

    public static bool operator <(Bytes left, Bytes right) => left.Value < right.Value;

    public static bool operator >(Bytes left, Bytes right) => left.Value > right.Value;

    public static bool operator <=(Bytes left, Bytes right) => left.Value <= right.Value;

    public static bool operator >=(Bytes left, Bytes right) => left.Value >= right.Value;

    /// <summary>For people: <c>96 MiB</c>, <c>1.5 GiB</c>.</summary>
    public override string ToString() => Value switch
    {
        >= 1L << 40 => string.Create(CultureInfo.InvariantCulture, $"{Value / (double)(1L << 40):0.#} TiB"),
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{Value / (double)(1L << 30):0.#} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{Value / (double)(1L << 20):0.#} MiB"),
        >= 1L << 10 => string.Create(CultureInfo.InvariantCulture, $"{Value / (double)(1L << 10):0.#} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Value} B"),
    };
}
