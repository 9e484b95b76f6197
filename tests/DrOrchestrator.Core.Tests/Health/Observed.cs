using DrOrchestrator.Core.Health;

namespace DrOrchestrator.Core.Tests.Health;

/// <summary>Observations by the little that a spec cares for.</summary>
internal static class Observed
{
    public static HostObservations Steady { get; } = Of(looks: (3, 3));

    public static HostObservations Unsteady { get; } = Of(looks: (2, 3), silence: "No answer within 5 s.");

    public static HostObservations Silent { get; } = Of(looks: (0, 3), site: (1, 1), silence: "No answer within 5 s.");

    public static HostObservations Of(
        (int, int) looks, (int, int) guests = default, (int, int) site = default, (int, int) elsewhere = default, string? silence = null, bool known = true) =>
        new(known, Sample.A1.Site, Count(looks), Count(guests), Count(site), Count(elsewhere), silence, "fine");

    private static AnswerCount Count((int Answered, int Asked) count) => new(count.Answered, count.Asked);
}
