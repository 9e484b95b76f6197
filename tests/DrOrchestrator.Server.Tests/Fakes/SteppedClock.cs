namespace DrOrchestrator.Server.Tests.Fakes;

/// <summary>A clock that stands until the test moves it. Waits are real: nothing here waits for hours.</summary>
internal sealed class SteppedClock : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 2, 15, 0, TimeSpan.Zero);

    public DateTimeOffset Now { get; set; } = Start;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => Now.UtcTicks;
}
