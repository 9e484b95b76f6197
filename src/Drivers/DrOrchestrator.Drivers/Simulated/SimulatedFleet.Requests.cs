using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Moves;

namespace DrOrchestrator.Drivers.Simulated;

/// <summary>What a host does with a request that arrived. Called inside the gate.</summary>
public sealed partial class SimulatedFleet
{
    private static readonly Outcome<Nothing> Done = new Outcome<Nothing>.Done(Nothing.Value);

    internal static Outcome<HostFacts> Facts(SimulatedHost host) => new Outcome<HostFacts>.Done(new HostFacts(
        host.Id,
        "Simulated",
        host.Settings.CpuModel,
        host.Settings.Cpus,
        host.Settings.Memory,
        host.Settings.Memory - host.MemoryUsed));

    internal static Outcome<IReadOnlyList<VmCopy>> List(SimulatedHost host) =>
        new Outcome<IReadOnlyList<VmCopy>>.Done([.. host.Copies.Values.Select(c => c.Report(host))]);

    internal static Outcome<VmCopy> Inspect(SimulatedHost host, VmRef vm) => new Outcome<VmCopy>.Done(Look(host, vm));

    internal Outcome<Nothing> Migrate(SimulatedHost source, MigrationRequest request)
    {
        if (!source.Copies.TryGetValue(request.Vm.Id, out var copy) || copy.State != VmState.Running)
        {
            return new Outcome<Nothing>.Refused($"{request.Vm} does not run on {source.Id}.", "Look where it runs.");
        }

        if (source.Migrations.TryGetValue(request.Vm.Id, out var running) && running.IsUnderWay)
        {
            return running.Request.Move == request.Move
                ? Done
                : new Outcome<Nothing>.Refused($"{request.Vm} is already migrating from {source.Id}.", "Wait for that migration to end.");
        }

        if (!hosts.TryGetValue(request.Destination.Host, out var destination) || !Connected(source, destination))
        {
            return new Outcome<Nothing>.Failed(
                $"{source.Id} cannot reach {request.Destination.Host}; {request.Vm} runs on at the source.");
        }

        if (Outdated(source, request.Vm, request.Generation) is { } outdated)
        {
            return outdated;
        }

        if (request.Options.Encrypted && !(source.Settings.CanEncrypt && destination.Settings.CanEncrypt))
        {
            return new Outcome<Nothing>.Refused(
                "The transfer must be encrypted, and one of the hosts has no certificate for it.",
                "Install certificates on both hosts, or allow plain transfers in the plan.");
        }

        source.Journal[request.Vm.Id] = request.Generation;
        new Migration(this, request, source, destination, copy.Vm).Begin();
        return Done;
    }

    internal static Outcome<SimulatedJob> Job(SimulatedHost source, MigrationRequest request) =>
        source.Migrations.TryGetValue(request.Vm.Id, out var job) && job.Request.Move == request.Move
            ? new Outcome<SimulatedJob>.Done(new SimulatedJob(job.IsUnderWay, job.Entered, job.Read(), job.Elapsed, job.Failure))
            : new Outcome<SimulatedJob>.Done(SimulatedJob.None);

    /// <summary>Of the last migration, under way or over since it was seen; null: it was nobody's here.</summary>
    internal static Outcome<string?> MoveOfLast(SimulatedHost source, VmRef vm) =>
        new Outcome<string?>.Done(source.Migrations.TryGetValue(vm.Id, out var job) && job.Request.Move != Nobody ? job.Request.Move.Value : null);

    internal static Outcome<Nothing> Abort(SimulatedHost source, MigrationRequest request)
    {
        if (!source.Migrations.TryGetValue(request.Vm.Id, out var job) || !job.IsUnderWay || job.Request.Move != request.Move)
        {
            return Done;
        }

        return job.Abort("It was aborted.")
            ? Done
            : new Outcome<Nothing>.Failed($"The migration of {request.Vm} is past the point of no return and will complete.");
    }

    internal static Outcome<long?> Waits(SimulatedHost host, MigrationRequest request) => new Outcome<long?>.Done(
        host.Copies.TryGetValue(request.Vm.Id, out var copy) && copy.WaitsFor(request) ? copy.Generation ?? 0 : null);

    /// <summary>Starts the guest that waits for this move, unless it is a leftover.</summary>
    internal Outcome<Nothing> HandOver(SimulatedHost host, MigrationRequest request)
    {
        if (host.Copies.TryGetValue(request.Vm.Id, out var copy) && copy.WaitsFor(request) && (copy.Generation ?? 0) >= request.StaleBelow)
        {
            copy.Waits = null;
            copy.State = VmState.Running;
            Log(SimulatedEffectKind.Resumed, host, request.Vm.Id, copy.Generation, request.Move);
            Settle(copy.Vm);
        }

        return Done;
    }

    /// <summary>Ends the copy that waits for this move and will never be started, and removes its definition; not one that came since.</summary>
    internal Outcome<Nothing> DropWaiting(SimulatedHost host, MigrationRequest request, long below)
    {
        if (host.Copies.TryGetValue(request.Vm.Id, out var copy) && copy.WaitsFor(request) && (copy.Generation ?? 0) < below)
        {
            Halt(host, copy, "Nobody will start it.");
            host.Copies.Remove(request.Vm.Id);
            Log(SimulatedEffectKind.Removed, host, request.Vm.Id, copy.Generation);
        }

        return Done;
    }

    internal static Outcome<Nothing> RaiseGeneration(SimulatedHost host, VmRef vm, long generation)
    {
        if (host.Copies.TryGetValue(vm.Id, out var copy))
        {
            if (host.Migrations.TryGetValue(vm.Id, out var migration) && migration.IsUnderWay && generation > (copy.Generation ?? long.MinValue))
            {
                // As real ones do: nobody writes to a VM that is being sent.
                return new Outcome<Nothing>.Refused($"{vm} is migrating from {host.Id}.", "Abort the migration first, or wait for its end.");
            }

            copy.Generation = Math.Max(copy.Generation ?? generation, generation);
            host.Journal[vm.Id] = Math.Max(host.Journal.GetValueOrDefault(vm.Id, generation), generation);
        }

        return Done;
    }

    internal Outcome<Nothing> Stop(SimulatedHost host, VmRef vm)
    {
        if (!host.Copies.TryGetValue(vm.Id, out var copy) || copy.State == VmState.Shutoff)
        {
            return Done;
        }

        var migration = UnderWay().FirstOrDefault(m => m.Request.Vm.Id == vm.Id && (m.Source == host || m.Destination == host));
        migration?.EndStopped(host);
        if (host.Copies.TryGetValue(vm.Id, out copy) && copy.State != VmState.Shutoff)
        {
            Halt(host, copy);
        }

        return Done;
    }

    internal Outcome<Nothing> Start(SimulatedHost host, VmRef vm, long generation)
    {
        if (!host.Copies.TryGetValue(vm.Id, out var copy))
        {
            return new Outcome<Nothing>.Refused($"{host.Id} has no definition of {vm}.", "Define the VM there first.");
        }

        if (Outdated(host, vm, generation) is { } outdated)
        {
            return outdated;
        }

        switch (copy.State)
        {
            case VmState.Running:
                return Done;
            case VmState.Incoming:
                return new Outcome<Nothing>.Refused($"{host.Id} is receiving {vm} just now.", "Wait for that migration to end, or abort it.");
            case VmState.Paused:
                copy.Waits = null;
                copy.State = VmState.Running;
                Log(SimulatedEffectKind.Resumed, host, vm.Id, generation);
                Settle(copy.Vm);
                break;
            default:
                if (host.Settings.Memory - host.MemoryUsed < copy.Vm.Settings.Memory)
                {
                    return new Outcome<Nothing>.Refused($"{host.Id} has no memory left for {vm}.", "Free memory there, or choose another host.");
                }

                copy.Generation = generation;
                Boot(host, copy, VmState.Running);
                break;
        }

        host.Journal[vm.Id] = generation;
        copy.Generation = generation;
        return Done;
    }

    internal Outcome<Nothing> Remove(SimulatedHost host, VmRef vm)
    {
        if (!host.Copies.TryGetValue(vm.Id, out var copy))
        {
            return Done;
        }

        if (copy.State != VmState.Shutoff)
        {
            return new Outcome<Nothing>.Refused($"{vm} is {MigrationVerdict.Word(copy.State)} on {host.Id}.", "Stop it there first.");
        }

        host.Copies.Remove(vm.Id);
        Log(SimulatedEffectKind.Removed, host, vm.Id, copy.Generation);
        return Done;
    }

    internal Outcome<GuestObservation> Observe(SimulatedHost host, VmRef vm, GuestCheck check) =>
        host.Copies.TryGetValue(vm.Id, out var copy) && copy is { State: VmState.Running, Guest: { Alive: true } guest }
            ? new Outcome<GuestObservation>.Done(new GuestObservation(
                check.BootIdField is null ? null : guest.BootId,
                check.CounterField is null ? null : guest.Counter(Now)))
            : new Outcome<GuestObservation>.Unknown($"{vm} did not answer.");

    /// <summary>The host that a client's question to this VM would reach: the one that announced its address last.</summary>
    internal HostId? WhereGuestAnswers(VmRef vm)
    {
        lock (gate)
        {
            return vms.TryGetValue(vm.Id, out var known) && known.RunningOn is [.., var last] ? last : null;
        }
    }

    internal bool CanEncrypt(HostId source, HostId destination)
    {
        lock (gate)
        {
            return hosts.TryGetValue(source, out var from) && from.Settings.CanEncrypt
                && hosts.TryGetValue(destination, out var to) && to.Settings.CanEncrypt;
        }
    }

    /// <summary>Virtual CPUs of what runs on a host.</summary>
    internal int VirtualCpusOn(HostId host)
    {
        lock (gate)
        {
            return hosts.TryGetValue(host, out var there)
                ? there.Copies.Values.Where(copy => copy.State is not VmState.Shutoff).Sum(copy => copy.Vm.Settings.Vcpus)
                : 0;
        }
    }

    /// <summary>What a migration would make at a host whose storage has an end. Its own copies there take up all of their disks.</summary>
    internal IReadOnlyList<NewDisk> NewDisksOf(MigrationRequest request)
    {
        lock (gate)
        {
            if (!hosts.TryGetValue(request.Destination.Host, out var there) || there.Settings.Storage is not { } storage
                || !vms.TryGetValue(request.Vm.Id, out var known) || !CopiesDisks(known.Settings, request.Options.Storage))
            {
                return [];
            }

            var taken = there.Copies.Values.Where(copy => !copy.Vm.Settings.SharedStorage).Sum(copy => copy.Vm.Settings.Disks.Value);
            return [new NewDisk("its disks", "storage", known.Settings.Disks, storage - new Bytes(taken), storage)];
        }
    }

    private static bool CopiesDisks(SimulatedVmSettings vm, StorageMode storage) => vm.Disks.Value > 0 && storage switch
    {
        StorageMode.Copied => true,
        StorageMode.Auto => !vm.SharedStorage,
        _ => false,
    };

    internal IReadOnlyList<OtherActor> OtherActorsOf(VmId vm)
    {
        lock (gate)
        {
            return vms.TryGetValue(vm, out var known) ? known.Settings.OtherActors : [];
        }
    }

    private Outcome<Nothing>? Outdated(SimulatedHost host, VmRef vm, long generation)
    {
        var newest = host.Copies.GetValueOrDefault(vm.Id)?.Generation ?? long.MinValue;
        if (host.Journal.TryGetValue(vm.Id, out var journalled))
        {
            newest = Math.Max(newest, journalled);
        }

        return Options.GuardedHosts && newest > generation
            ? new Outcome<Nothing>.Refused(
                $"The guard of {host.Id} has seen generation {newest} of {vm}; the order is of generation {generation}.",
                "Nothing needs to be done; the newer order stands.")
            : null;
    }
}

/// <summary>What the source says of a migration.</summary>
internal sealed record SimulatedJob(
    bool IsUnderWay, IReadOnlyList<MigrationProgress> Entered, MigrationProgress? Current, TimeSpan Elapsed, string? Failure)
{
    public static SimulatedJob None { get; } = new(false, [], null, TimeSpan.Zero, null);
}
