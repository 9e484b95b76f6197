using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Runs;
using static DrOrchestrator.Core.Admission.AdmissionMessage;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Admission;

/// <summary>Runs that want slots for moves from a1 and a2 to b1 and b2.</summary>
internal static class AdmissionStory
{
    public static RunId One { get; } = new("run-1");

    public static RunId Two { get; } = new("run-2");

    public static Spec Fresh => Spec.Of(AdmissionDecider.Instance, Noon);

    public static FleetLimits Wide { get; } = new(100, 100, 100, 100, 100);

    public static Spec With(FleetLimits limits) => Fresh.When(new SetLimits(limits, Night)).ThenGoOn();

    public static WantedSlot Want(RunId run, int number, string from = "a1", string to = "b1", double mebibytes = 1024, double? room = null, DateTimeOffset? observed = null) => new(
        new MoveId($"{run}/vm-{number}/1"), $"vm-{number}", new HostId(from), new HostId(to), new SiteId(from[..1].ToUpperInvariant()), new SiteId(to[..1].ToUpperInvariant()),
        Bytes.FromMebibytes(mebibytes), room is { } free ? Bytes.FromMebibytes(free) : null, observed ?? Noon);

    public static StateSlots States(
        RunId run, long number, WantedSlot[]? wants = null, ReleasedSlot[]? released = null, long heard = 0, long? stop = null,
        MoveId[]? underWay = null, int unresolved = 0, string? emptying = null) =>
        new(new SlotStatement(run, number, wants ?? [], released ?? [], heard, stop, underWay ?? [], unresolved, emptying is null ? null : new HostId(emptying)));

    public static ReleasedSlot Ended(RunId run, int number, bool landed = false) => new(new MoveId($"{run}/vm-{number}/1"), landed);

    public static string[] Held(this Spec spec) => [.. spec.StateOf<AdmissionState>().Held.Select(slot => slot.Move.Value).Order(StringComparer.Ordinal)];

    /// <summary>What admission says to a run now.</summary>
    public static RunMessage.AnswerSlots Told(this Spec spec, RunId run) =>
        (RunMessage.AnswerSlots)spec.Outstanding.Asks.Single(ask => ask.To == StreamId.Run(run)).Message;
}
