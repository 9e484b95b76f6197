using DrOrchestrator.Core.Custody;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using static DrOrchestrator.Core.Moves.MoveEvent;

namespace DrOrchestrator.Core.Moves;

/// <summary>What observations from outside a move do to custody.</summary>
internal static class MoveCustody
{
    /// <summary>
    /// The first sight of a VM. It must be seen running at exactly one host; hosts that did not answer
    /// join the set, because nothing says that they do not run it, and so do hosts with a copy that could
    /// run (paused, incoming, crashed): only absent and shut off say that it does not.
    /// </summary>
    public static VmEnrolled? Enrol(VmRef vm, IReadOnlyList<PlaceReport> places, DateTimeOffset at)
    {
        var running = places.Where(place => place.State is VmState.Running).Select(place => place.Host).ToArray();
        return running.Length == 1
            ? new VmEnrolled(vm, running[0], [.. places.Where(place => place.Host != running[0] && !SaysGone(place)).Select(place => place.Host)]) { At = at }
            : null;
    }

    public static Decision Observe(MoveState state, MoveMessage.ObserveVm observe)
    {
        // A look takes seconds where a host is silent, and a whole move fits into it: what it saw before the
        // move would take the destination out of custody and put the source back.
        if (observe.Generation != state.Custody.Generation)
        {
            return Decision.Nothing;
        }

        switch (state.Phase)
        {
            case MovePhase.NotEnrolled:
                return Enrol(observe.Vm, observe.Places, observe.At) is { } enrolled ? Decision.Of(enrolled) : Decision.Nothing;

            case MovePhase.Idle:
                return ObserveIdle(state, observe);

            case MovePhase.Clearing:
                return ObserveClearing(state, observe);

            // A copy seen during a move is the move's business: it asks its own questions.
            default:
                return Decision.Nothing;
        }
    }

    /// <summary>Where it is seen to run beyond what the record holds; null: nothing new.</summary>
    private static MoveEvent? Seen(MoveState state, MoveMessage.ObserveVm observe) => Running(observe) switch
    {
        { Length: > 1 } running when !running.SequenceEqual(state.Duplicate) => new DuplicateObserved(running) { At = observe.At },
        [var host] when !state.Custody.Includes(host) => new VmFoundElsewhere(host) { At = observe.At },
        _ => null,
    };

    private static HostId[] Running(MoveMessage.ObserveVm observe) =>
        [.. observe.Places.Where(place => place.State is VmState.Running && !place.MigratingOut).Select(place => place.Host)];

    private static bool SaysGone(PlaceReport place) => place.State is { } answer && TransferJudgement.IsGone(answer);

    /// <summary>
    /// The move's own places are asked until each is clear, which may take days; somebody else may start the VM at a third one
    /// meanwhile, and take it on from there. A place that is seen joins. One that is not the move's leaves by its own word, for nobody asks it.
    /// </summary>
    private static Decision ObserveClearing(MoveState state, MoveMessage.ObserveVm observe)
    {
        List<object> events = Seen(state, observe) is { } seen ? [seen] : [];
        HostId[] own = [state.Last!.Source.Host, state.Last.Destination.Host];
        events.AddRange(Gone(state, observe).Where(cleared => !own.Contains(cleared.Evidence.Host)));
        return events.Count == 0 ? Decision.Nothing : Decision.Of(events);
    }

    /// <summary>Where it says itself that it is not, while it runs at one other host. Nothing of ours is pending there, so that is evidence.</summary>
    private static IEnumerable<PlaceCleared> Gone(MoveState state, MoveMessage.ObserveVm observe) => Running(observe) is not [var running] ? [] :
        observe.Places.Where(place => SaysGone(place) && !place.MigratingOut && place.Host != running && state.Custody.Includes(place.Host))
            .Select(place => new PlaceCleared(new FenceEvidence.HypervisorConfirmed(place.State!.Value, "No request of ours is under way for this VM.")
            {
                Host = place.Host,
                At = observe.At,
            })
            { At = observe.At });

    private static Decision ObserveIdle(MoveState state, MoveMessage.ObserveVm observe)
    {
        List<object> events = Seen(state, observe) is { } seen ? [seen] : [];
        events.AddRange(Gone(state, observe));
        return events.Count == 0 ? Decision.Nothing : Decision.Of(events);
    }
}
