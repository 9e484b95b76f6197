using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;

namespace DrOrchestrator.Drivers.Simulated;

public sealed partial class SimulatedFleet
{
    /// <summary>
    /// A migration as the two hosts carry it out, with nobody's help. Pre-copy by arithmetic: a pass sends
    /// what the last one left dirty, until the rest fits into the allowed pause. The figures say how this
    /// arithmetic went, nothing about real hypervisors.
    /// </summary>
    internal sealed partial class Migration(SimulatedFleet fleet, MigrationRequest request, SimulatedHost source, SimulatedHost destination, SimulatedVm vm)
    {
        // A pass never takes no time at all, and an instant fleet gives up on a guest that never converges:
        // both keep a simulation from spinning.
        private static readonly TimeSpan ShortestPass = TimeSpan.FromMilliseconds(1);
        private const int MostInstantPasses = 100;

        private readonly List<MigrationProgress> entered = [];
        private readonly DateTimeOffset startedAt = fleet.Now;
        private bool connected = true;
        private bool held;
        private int arming;
        private int stalls;
        private TimeSpan phase;
        private TimeSpan left;
        private DateTimeOffset phaseSince;
        private int pass;
        private int throttle;
        private double toSend;
        private double sent;
        private double rate;

        public MigrationRequest Request => request;

        public SimulatedHost Source => source;

        public SimulatedHost Destination => destination;

        public bool IsUnderWay { get; private set; } = true;

        public MigrationStep Step { get; private set; }

        public string? Failure { get; private set; }

        public TimeSpan Elapsed => fleet.Now - startedAt;

        /// <summary>The reading at the entry of each step so far, so that a late watcher misses none.</summary>
        public IReadOnlyList<MigrationProgress> Entered => [.. entered];

        public void Begin()
        {
            source.Migrations[vm.Id] = this;

            // The mark travels as it is when the migration begins; an order that comes late does not turn it back.
            var copy = source.Copies[vm.Id];
            copy.Generation = Math.Max(copy.Generation ?? request.Generation, request.Generation);
            fleet.Log(SimulatedEffectKind.MigrationStarted, source, vm.Id, request.Generation, request.Move);
            Enter(MigrationStep.SourcePreparation, fleet.Options.PreparationTime);
        }

        public MigrationProgress Read()
        {
            var total = Total;
            if (Step == MigrationStep.SourcePreparation)
            {
                return new MigrationProgress(Step, Total: new Bytes(total));
            }

            var inPass = held || Step != MigrationStep.NetworkTransfer ? 0 : Math.Min(toSend, rate * PhaseElapsed.TotalSeconds);
            return new MigrationProgress(
                Step,
                new Bytes(total),
                new Bytes((long)(sent + inPass)),
                new Bytes((long)(toSend - inPass)),
                Dirtying > 0 ? new Bandwidth(Dirtying) : null,
                connected && !held && rate > 0 ? new Bandwidth(rate) : null,
                pass,
                TimeSpan.FromSeconds(Dirtied(TimeSpan.FromSeconds(toSend / rate)) / rate) + fleet.Options.SetupTime,
                request.Options.AutoConverge ? throttle : null);
        }

        /// <summary>False: past the point of no return.</summary>
        public bool Abort(string reason)
        {
            if (!IsUnderWay || Step >= MigrationStep.DestinationSetup)
            {
                return false;
            }

            End(SimulatedEffectKind.MigrationAborted, reason);
            return true;
        }

        public void Release()
        {
            if (held && IsUnderWay)
            {
                held = false;
                StartPhase(phase);
            }
        }

        public void ConnectionChanged(bool now)
        {
            if (now == connected)
            {
                return;
            }

            connected = now;
            var stall = ++stalls;
            if (now)
            {
                phaseSince = fleet.Now - (phase - left);
                if (!held)
                {
                    Arm(left);
                }

                return;
            }

            arming++;
            left = phase - PhaseElapsed;
            if (fleet.Options.SourceResumesAfterFrozenFinish && source.Frozen && Step == MigrationStep.DestinationSetup)
            {
                RunAtBothEnds();
                return;
            }

            fleet.After(fleet.Options.KeepaliveBound, () => Guarded(() =>
            {
                if (!connected && stall == stalls)
                {
                    EndApart($"{source.Id} and {destination.Id} lost each other during the migration.");
                }
            }));
        }

        /// <summary>One end lost its power.</summary>
        public void EndLost(SimulatedHost host) => EndApart($"{host.Id} went down during the migration.");

        /// <summary>Somebody stopped a copy under the migration.</summary>
        public void EndStopped(SimulatedHost host) => EndApart($"The copy on {host.Id} was stopped during the migration.");

        /// <summary>What somebody else migrates is started by its destination.</summary>
        private bool IsConfirmed => fleet.Options.ConfirmedHandover && request.Move != Nobody;

        private long Total => vm.Settings.Memory.Value + (CopiesDisks(vm.Settings, request.Options.Storage) ? vm.Settings.Disks.Value : 0);

        private double Dirtying => vm.Settings.DirtyBytesPerSecond * (100 - throttle) / 100;

        private TimeSpan PhaseElapsed
        {
            get
            {
                var elapsed = connected ? fleet.Now - phaseSince : phase - left;
                return elapsed < phase ? elapsed : phase;
            }
        }

        private double Dirtied(TimeSpan during)
        {
            var workingSet = vm.Settings.WorkingSet?.Value ?? vm.Settings.Memory.Value / 4;
            return Math.Min(workingSet, Dirtying * during.TotalSeconds);
        }

        private void Enter(MigrationStep step, TimeSpan duration)
        {
            Step = step;
            phase = duration;
            phaseSince = fleet.Now;
            entered.Add(Read());
            StartPhase(duration);
        }

        private void StartPhase(TimeSpan duration)
        {
            phase = left = duration;
            phaseSince = fleet.Now;
            held = vm.HeldAt == Step || (fleet.Options.Instant && pass > MostInstantPasses);
            if (connected && !held)
            {
                Arm(duration);
            }
        }

        private void Arm(TimeSpan duration)
        {
            var mine = ++arming;
            fleet.After(duration, () => Guarded(() =>
            {
                if (mine == arming)
                {
                    Next();
                }
            }));
        }

        private void Guarded(Action action)
        {
            lock (fleet.gate)
            {
                if (IsUnderWay)
                {
                    action();
                }
            }
        }

        private void Next()
        {
            switch (Step)
            {
                case MigrationStep.SourcePreparation:
                    Receive();
                    break;
                case MigrationStep.NetworkTransfer:
                    EndPass();
                    break;
                case MigrationStep.DestinationSetup:
                    Switch();
                    break;
                default:
                    IsUnderWay = false;
                    if (IsConfirmed)
                    {
                        source.Copies.Remove(vm.Id);
                    }

                    fleet.Log(SimulatedEffectKind.MigrationCompleted, destination, vm.Id, request.Generation, request.Move);
                    break;
            }
        }

        private void Receive()
        {
            if (ReasonAgainstReceiving() is { } reason)
            {
                End(SimulatedEffectKind.MigrationFailed, reason);
                return;
            }

            if (!destination.Copies.TryGetValue(vm.Id, out var copy))
            {
                copy = new SimulatedCopy(vm);
                destination.Copies.Add(vm.Id, copy);
            }

            copy.State = VmState.Incoming;
            copy.Generation = source.Copies[vm.Id].Generation;
            toSend = Total;
            Enter(MigrationStep.NetworkTransfer, BeginPass());
        }

        private string? ReasonAgainstReceiving()
        {
            if (destination.Copies.TryGetValue(vm.Id, out var there) && there.State != VmState.Shutoff)
            {
                return $"{destination.Id} already has a copy of {vm.Settings.Vm}.";
            }

            return destination.Settings.Memory - destination.MemoryUsed < vm.Settings.Memory
                ? $"{destination.Id} has no memory left for {vm.Settings.Vm}."
                : null;
        }

        private TimeSpan BeginPass()
        {
            pass++;
            var sharing = source.Migrations.Values.Count(m => m.IsUnderWay);
            rate = source.Settings.Bandwidth.BytesPerSecond / Math.Max(1, sharing);
            rate = Math.Min(rate, destination.Settings.Bandwidth.BytesPerSecond);
            rate = Math.Min(rate, request.Options.BandwidthCap?.BytesPerSecond ?? rate);
            var time = TimeSpan.FromSeconds(toSend / rate);
            return time > ShortestPass ? time : ShortestPass;
        }

        private void EndPass()
        {
            sent += toSend;
            var dirty = Dirtied(phase);
            var downtime = request.Options.MaxDowntime ?? fleet.Options.DefaultMaxDowntime;
            if (TimeSpan.FromSeconds(dirty / rate) <= downtime)
            {
                toSend = dirty;
                Pause();
                return;
            }

            if (request.Options.AutoConverge && dirty > toSend / 2)
            {
                throttle = Math.Min(99, throttle == 0 ? 20 : throttle + 10);
            }

            toSend = dirty;
            StartPhase(BeginPass());
        }
    }
}
