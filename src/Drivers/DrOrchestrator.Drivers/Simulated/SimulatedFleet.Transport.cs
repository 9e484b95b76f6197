using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Drivers.Simulated;

/// <summary>
/// How requests travel. A request that was sent is executed by its host whether or not its sender
/// still waits, or lives; only the answer needs the sender.
/// </summary>
public sealed partial class SimulatedFleet
{
    private readonly HashSet<ITimer> timers = [];

    internal async Task<Outcome<T>> Send<T>(
        SimulatedCallKind kind,
        HostId target,
        VmId? vm,
        long? generation,
        SiteId? from,
        TimeSpan deadline,
        Func<SimulatedHost, Outcome<T>> execute,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var answer = new TaskCompletionSource<Outcome<T>>();
        lock (gate)
        {
            if (!hosts.TryGetValue(target, out var host))
            {
                return new Outcome<T>.Refused($"The simulated fleet has no host {target}.", "Correct the inventory.");
            }

            var fault = FaultFor(new SimulatedCall(++calls, kind, target, vm, generation, Now));
            var roundTrip = host.Settings.Latency + (fault is SimulatedFault.Delay delay ? delay.By : TimeSpan.Zero);
            switch (fault)
            {
                case SimulatedFault.Refuse refuse:
                    After(roundTrip, () => answer.TrySetResult(new Outcome<T>.Refused(refuse.Reason, refuse.WayOut)));
                    break;
                case SimulatedFault.Fail fail:
                    After(roundTrip, () => answer.TrySetResult(new Outcome<T>.Failed(fail.Reason)));
                    break;
                case SimulatedFault.LoseRequest:
                    After(roundTrip, () => answer.TrySetResult(Broken<T>(target)));
                    break;
                case SimulatedFault.Hang:
                    break;
                case SimulatedFault.ExecuteLate late:
                    After(deadline + late.After, () => Arrive(host, from, execute, _ => { }));
                    break;
                case SimulatedFault.LoseAnswer:
                    After(roundTrip / 2, () => Arrive(host, from, execute, _ => Answer(Broken<T>(target))));
                    break;
                default:
                    After(roundTrip / 2, () => Arrive(host, from, execute, Answer));
                    break;
            }

            void Answer(Outcome<T> outcome) => After(roundTrip / 2, () => answer.TrySetResult(outcome));
        }

        // No RunContinuationsAsynchronously anywhere: it would hop to the thread pool and with it lose determinism.
        if (answer.Task.IsCompleted)
        {
            return await answer.Task;
        }

        if (Options.Instant)
        {
            return NoAnswer<T>(target, TimeSpan.Zero);
        }

        try
        {
            return await answer.Task.WaitAsync(deadline, Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return NoAnswer<T>(target, deadline);
        }
    }

    private static Outcome<T>.Unknown NoAnswer<T>(HostId host, TimeSpan deadline) =>
        new($"{host} did not answer within {deadline.TotalSeconds:0.#} s.");

    private static Outcome<T>.Unknown Broken<T>(HostId host) => new($"The connection to {host} broke before it answered.");

    private void Arrive<T>(SimulatedHost host, SiteId? from, Func<SimulatedHost, Outcome<T>> execute, Action<Outcome<T>> answer)
    {
        lock (gate)
        {
            if (!host.On || !Passes(from, host.Settings.Site))
            {
                return;
            }

            if (host.Frozen)
            {
                if (Options.RequestsSurviveFreeze)
                {
                    // The answer leaves by a timer: a waiting client must not go on inside the gate.
                    host.AtThaw.Enqueue(() => Arrive(host, from, execute, o => After(TimeSpan.FromMilliseconds(1), () => answer(o))));
                }

                return;
            }

            var outcome = execute(host);
            if (Passes(host.Settings.Site, from))
            {
                answer(outcome);
            }
        }
    }

    /// <summary>Runs something later on the fleet's own time; at once where nothing is to be waited for.</summary>
    private IDisposable? After(TimeSpan delay, Action action)
    {
        if (delay <= TimeSpan.Zero || Options.Instant)
        {
            action();
            return null;
        }

        // The timer is kept in the set so that it is not collected, and armed only once it is there.
        ITimer? timer = null;
        timer = Time.CreateTimer(
            _ =>
            {
                lock (gate)
                {
                    timers.Remove(timer!);
                }

                timer!.Dispose();
                action();
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        lock (gate)
        {
            timers.Add(timer);
        }

        timer.Change(delay, Timeout.InfiniteTimeSpan);
        return timer;
    }
}
