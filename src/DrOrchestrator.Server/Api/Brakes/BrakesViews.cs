using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Brakes;

namespace DrOrchestrator.Server.Api.Brakes;

/// <summary>The brakes as they are shown.</summary>
internal static class BrakesViews
{
    public static BrakesView Of(BrakesState state, DateTimeOffset now) => new(
        new BrakeRulesView(
            state.Rules.MaxSickHosts, state.Rules.MaxRecoveries, state.Rules.Window.TotalSeconds, state.Rules.BlockAfterRecovery.TotalSeconds, state.Rules.SickHostsPerSite,
            state.Rules.FlappingEpisodes, state.Rules.FlappingWindow.TotalSeconds, state.Rules.FlappingQuiet.TotalSeconds),
        [.. state.Sick.Keys],
        [.. state.Recoveries.Reverse().Select(cleared => new ClearedRecoveryView(cleared.Host.Value, cleared.Run.Value, cleared.At))],
        [
            .. state.Decided.Values.OfType<BrakesEvent.RecoveryHeldBack>()
                .Select(held => new HeldBackView(held.Host.Value, Words.Of(held.Brake), held.Why.Reason, held.Why.WayOut, held.At, held.Until)),
        ],
        [
            .. state.Maintenance.Where(one => one.Until > now).Select(Of),
        ],
        [.. state.Sick.Keys.Except(state.Counting(now))]);

    public static MaintenanceView Of(BrakesEvent.MaintenanceStarted work) =>
        new(Words.Of(work.Target.Kind), work.Target.Name, work.By.Subject, work.Reason, work.At, work.Until);
}
