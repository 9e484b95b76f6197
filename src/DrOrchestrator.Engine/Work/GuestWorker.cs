using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Drivers;
using DrOrchestrator.Engine.Ports;

namespace DrOrchestrator.Engine.Work;

/// <summary>
/// Asks a guest that arrived whether it lives. Only two things end the asking early: proof of life, or
/// proof that it did not survive; mere silence is left to the deadline in the stream.
/// </summary>
internal sealed class GuestWorker(Reporter reports, IDrivers drivers, EngineOptions options, TimeProvider clock)
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(10);

    public async Task Verify(MoveOrder.VerifyGuest order, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        GuestObservation? first = null;
        while (clock.GetElapsedTime(began) < order.Timeout)
        {
            var copy = await drivers.For(order.Host).InspectVm(order.Host, order.Vm, cancellationToken);
            if (copy is Outcome<VmCopy>.Done { Value.State: VmState.Crashed or VmState.Shutoff or VmState.Absent } dead)
            {
                await Fail(order, $"It was migrated, but {order.Host.Host} says that it is {dead.Value.State}: the guest did not survive.", dead.Value.State, cancellationToken);
                return;
            }

            if (copy is Outcome<VmCopy>.Done { Value.State: VmState.Running })
            {
                if (order.Check is null)
                {
                    await Report(order, null, $"It runs at {order.Host.Host} by the hypervisor's word; it has no guest check.", cancellationToken);
                    return;
                }

                if (await drivers.Guests.Observe(order.Vm, order.Check, cancellationToken) is Outcome<GuestObservation>.Done { Value: var seen })
                {
                    if (order.Baseline?.BootId is { } before && seen.BootId is { } now && before != now)
                    {
                        await Fail(order, $"It answers with boot id {now}; before the move it was {before}: the guest restarted.", null, cancellationToken);
                        return;
                    }

                    if (Proven(order, first, seen) is { } how)
                    {
                        await Report(order, seen, how, cancellationToken);
                        return;
                    }

                    first ??= seen;
                }
            }

            await Task.Delay(options.VerifyEvery, clock, cancellationToken);
        }
    }

    /// <summary>
    /// The counter must be seen to advance between two answers at the destination; an advance over the
    /// baseline alone could come from ticks before the switch-over.
    /// </summary>
    private static string? Proven(MoveOrder.VerifyGuest order, GuestObservation? first, GuestObservation seen)
    {
        var boot = (order.Baseline?.BootId, seen.BootId) switch
        {
            (null, _) or (_, null) => "boot id not compared",
            _ => "same boot id",
        };
        if (order.Check!.CounterField is null)
        {
            return $"It runs at {order.Host.Host} and answers, {boot}.";
        }

        return first?.Counter is { } earlier && seen.Counter > earlier
            ? $"It runs at {order.Host.Host}, {boot}, counter advancing."
            : null;
    }

    private Task Fail(MoveOrder.VerifyGuest order, string failure, VmState? found, CancellationToken cancellationToken) =>
        reports.Report(order.From, new MoveMessage.ReportVerification(order.Key, null, failure, "", found), GiveUpAfter, cancellationToken);

    private Task Report(MoveOrder.VerifyGuest order, GuestObservation? seen, string how, CancellationToken cancellationToken) =>
        reports.Report(order.From, new MoveMessage.ReportVerification(order.Key, seen, null, how), GiveUpAfter, cancellationToken);
}
