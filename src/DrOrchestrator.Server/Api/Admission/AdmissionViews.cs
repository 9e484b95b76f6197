using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Admission;

namespace DrOrchestrator.Server.Api.Admission;

/// <summary>Admission as it is shown.</summary>
internal static class AdmissionViews
{
    public static AdmissionView Of(AdmissionState state)
    {
        return new AdmissionView
        {
            Phase = Words.Of(state.Phase),
            Stop = Stop(state),
            Limits = Limits(state),
            Held = [.. state.Runs.SelectMany(run => run.Value.Held.Values.Select(slot => Slot(run.Key, slot)))],
            Doubtful = [.. state.Doubtful.Values.Select(doubtful => new DoubtfulSlotView(
                doubtful.Slot.Move.Value, doubtful.Run.Value, doubtful.Slot.Vm, doubtful.Slot.Source.Value, doubtful.Slot.Destination.Value, doubtful.At, doubtful.Reason))],
            Waiting = [.. state.Runs.SelectMany(run => run.Value.Wanted.Select(slot => Slot(run.Key, slot)))],
        };
    }

    /// <summary>The sentence for whoever asks what the whole is doing; null: nothing is stopped.</summary>
    public static string? Sentence(AdmissionState state) => state.Stop is { } stop
        ? $"Everything is stopped by {stop.By} since {stop.At:yyyy-MM-dd HH:mm:ss} UTC: {stop.Reason} {Again(state)}{(state.InForce is null ? "Not every run has been heard yet." : "No transfer begins.")} Let it go on with drctl resume-all --reason WHY."
        : null;

    private static LimitsView Limits(AdmissionState state)
    {
        var limits = state.Limits;
        var held = state.Held.ToArray();
        var atHost = held.SelectMany(slot => new[] { slot.Source.Value, slot.Destination.Value }).CountBy(host => host).ToDictionary();
        var ofDriver = held.SelectMany(state.DriversOf).CountBy(driver => driver).ToDictionary();
        OwnLimitView[] hosts =
        [
            .. state.Hosts.Where(host => host.Value.AtOnce is not null)
                .Select(host => new OwnLimitView(host.Key, host.Value.AtOnce!.Value, atHost.GetValueOrDefault(host.Key))),
        ];
        OwnLimitView[] hypervisors = [.. state.Hypervisors.Select(limit => new OwnLimitView(limit.Key, limit.Value, ofDriver.GetValueOrDefault(limit.Key)))];
        return new LimitsView(
            limits.Total, limits.PerSite, limits.PerLink, limits.OutOfHost, limits.IntoHost, hosts.Length == 0 ? null : hosts, hypervisors.Length == 0 ? null : hypervisors);
    }

    private static string Again(AdmissionState state) =>
        string.Concat(state.Repeated.Select(one => $"Asked for again by {one.By}: {one.Reason} "));

    private static StopView? Stop(AdmissionState state) => state.Stop is not { } stop ? null : new StopView(
        stop.By.Subject,
        stop.Reason,
        stop.At,
        state.InForce?.At,
        [.. state.Runs.SelectMany(run => run.Value.UnderWay.Where(move => run.Value.Held.ContainsKey(move.Value)).Select(move => Slot(run.Key, run.Value.Held[move.Value])))],
        [.. state.Runs.Where(run => !run.Value.Obeys(stop.Stop)).Select(run => run.Key)],
        state.Repeated.IsEmpty ? null : [.. state.Repeated.Select(one => new StopAgainView(one.By.Subject, one.Reason, one.At))]);

    private static SlotView Slot(string run, WantedSlot slot) => new(run, slot.Vm, slot.Source.Value, slot.Destination.Value);
}
