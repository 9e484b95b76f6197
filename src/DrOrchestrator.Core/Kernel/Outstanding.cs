namespace DrOrchestrator.Core.Kernel;

/// <summary>
/// What a stream waits for now. A function of its state alone, so that it can be asked again at any
/// moment: the relay sends what became outstanding by an event, the sweep repeats what still is.
/// </summary>
/// <param name="Asks">Messages to other streams and orders to workers.</param>
/// <param name="WakeAt">The earliest moment at which time itself changes something here (a hold-down, a deadline); null: never.</param>
/// <param name="Claim">The order that a worker has claimed and must keep alive by its heartbeat; null: none.</param>
public sealed record Outstanding(IReadOnlyList<Ask> Asks, DateTimeOffset? WakeAt = null, Claim? Claim = null)
{
    public static Outstanding Nothing { get; } = new([]);

    /// <summary>Whether the sweep has to look at this stream again.</summary>
    public bool IsOpen => WakeAt is not null || Claim is not null || Asks.Any(ask => ask.Awaited);
}

/// <summary>One thing asked of somebody.</summary>
/// <param name="Key">Names the ask within its stream. The same key is the same ask, however often it is sent.</param>
/// <param name="To">The stream it is for; null: any worker.</param>
/// <param name="Message">A message of that stream, or an <see cref="Order"/>.</param>
/// <param name="Awaited">Whether the stream waits for an answer: such an ask is repeated until it is answered. Others are said once, and said again whenever somebody asks.</param>
/// <param name="Since">When it was first asked; null: not noted. What may well take hours to be answered names it, and is repeated less often once it is old.</param>
public sealed record Ask(string Key, StreamId? To, object Message, bool Awaited, DateTimeOffset? Since = null);

/// <summary>A worker's claim on an order: the order's key and which attempt this is, starting at 1.</summary>
public sealed record Claim(string OrderKey, int Attempt)
{
    public override string ToString() => $"{OrderKey}#{Attempt}";

    public static Claim Parse(string text)
    {
        var mark = text.LastIndexOf('#');
        return mark > 0 && int.TryParse(text.AsSpan(mark + 1), out var attempt)
            ? new Claim(text[..mark], attempt)
            : throw new FormatException($"'{text}' is no claim; it reads order#attempt.");
    }
}

/// <summary>
/// The name of an event stream: its kind, which picks the decider, and the id of what it is about.
/// Written <c>kind-id</c>; a kind has no hyphen.
/// </summary>
public readonly record struct StreamId(string Kind, string Id)
{
    public static StreamId Parse(string text)
    {
        var hyphen = text.IndexOf('-', StringComparison.Ordinal);
        return hyphen > 0 && hyphen < text.Length - 1
            ? new StreamId(text[..hyphen], text[(hyphen + 1)..])
            : throw new FormatException($"'{text}' is no stream name; it reads kind-id, for example host-a1.");
    }

    /// <summary>The one stream in which all runs ask for their slots, and in which a stop stands.</summary>
    public static StreamId Admission { get; } = new("admission", "fleet");

    /// <summary>The one stream that decides whether automation may begin.</summary>
    public static StreamId Brakes { get; } = new("brakes", "fleet");

    public static StreamId Host(HostId host) => new("host", host.Value);

    public static StreamId Run(RunId run) => new("run", run.Value);

    public static StreamId Vm(VmId vm) => new("vm", vm.Value);

    public override string ToString() => $"{Kind}-{Id}";
}
