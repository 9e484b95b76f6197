using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Moves;

namespace DrOrchestrator.Drivers.Simulated;

public sealed partial class SimulatedFleet
{
    /// <summary>From the source's pause to the end, whichever it is.</summary>
    internal sealed partial class Migration
    {
        private void Pause()
        {
            source.Copies[vm.Id].State = VmState.Paused;
            fleet.Log(SimulatedEffectKind.Paused, source, vm.Id, request.Generation, request.Move);
            fleet.Settle(vm);
            Enter(MigrationStep.DestinationSetup, TimeSpan.FromSeconds(toSend / rate) + fleet.Options.SetupTime);
        }

        private void Switch()
        {
            var guest = source.Copies[vm.Id].Guest!;
            if (IsConfirmed)
            {
                Arrive(guest.Fork(), VmState.Paused).Waits = request.Move;
            }
            else
            {
                source.Copies.Remove(vm.Id);
                ResumeAtDestination(guest);
            }

            Enter(MigrationStep.Cutover, fleet.Options.CutoverTime);
        }

        private void ResumeAtDestination(SimulatedGuest guest)
        {
            Arrive(guest, VmState.Running);
            fleet.Log(SimulatedEffectKind.Resumed, destination, vm.Id, request.Generation, request.Move);
            fleet.Settle(vm);
        }

        private SimulatedCopy Arrive(SimulatedGuest guest, VmState state)
        {
            sent += toSend;
            toSend = 0;
            var copy = destination.Copies[vm.Id];
            copy.State = state;
            copy.Persistent = true;
            copy.Guest = guest;
            switch (vm.Fate)
            {
                case SimulatedGuestFate.Dies:
                    guest.Crash(fleet.Now);
                    break;
                case SimulatedGuestFate.Reboots:
                    guest.Reboot(vm.NextBootId());
                    break;
                default:
                    break;
            }

            return copy;
        }

        /// <summary>
        /// The source froze between sending its finish and hearing the answer: the destination runs the
        /// guest, and at the thaw the source believes in a failure and resumes its own.
        /// </summary>
        private void RunAtBothEnds()
        {
            ResumeAtDestination(source.Copies[vm.Id].Guest!.Fork());
            IsUnderWay = false;
            Failure = $"{source.Id} heard no answer to its finish.";
            fleet.Log(SimulatedEffectKind.MigrationFailed, source, vm.Id, request.Generation, request.Move, Failure);
            source.AtThaw.Enqueue(ResumeAtSource);
        }

        private void EndApart(string reason)
        {
            if (Step == MigrationStep.Cutover && !IsConfirmed)
            {
                Next();
                return;
            }

            if (Step == MigrationStep.Cutover && source.Frozen)
            {
                // The destination's answer waits in the source's sockets and is read at the thaw, unless the link was cut as well.
                source.AtThaw.Enqueue(() => Guarded(() =>
                {
                    if (connected)
                    {
                        Next();
                    }
                    else
                    {
                        End(SimulatedEffectKind.MigrationFailed, reason);
                    }
                }));
                return;
            }

            End(SimulatedEffectKind.MigrationFailed, reason);
        }

        private void End(SimulatedEffectKind kind, string reason)
        {
            IsUnderWay = false;
            arming++;
            Failure = reason;
            fleet.Log(kind, source, vm.Id, request.Generation, request.Move, reason);
            if (destination.Frozen)
            {
                destination.AtThaw.Enqueue(DropIncoming);
            }
            else
            {
                DropIncoming();
            }

            ResumeAtSource();
        }

        private void ResumeAtSource()
        {
            if (source.Copies.TryGetValue(vm.Id, out var copy) && copy.State == VmState.Paused)
            {
                copy.State = VmState.Running;
                fleet.Log(SimulatedEffectKind.Resumed, source, vm.Id, request.Generation, request.Move);
                fleet.Settle(vm);
            }
        }

        private void DropIncoming()
        {
            if (destination.Copies.TryGetValue(vm.Id, out var copy) && copy.State == VmState.Incoming)
            {
                fleet.Halt(destination, copy, "The incoming copy was dropped.");
            }
        }
    }
}
