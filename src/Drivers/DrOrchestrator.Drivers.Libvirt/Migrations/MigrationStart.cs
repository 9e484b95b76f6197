using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Connections;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Native;
using DrOrchestrator.Drivers.Libvirt.Storage;

namespace DrOrchestrator.Drivers.Libvirt.Migrations;

/// <summary>
/// EnsureMigration: look at both ends, and only where the VM runs at the source and nowhere else, mark it with
/// its custody generation, make ready its disks and give the order. A crash after any of these leaves
/// nothing that a second try would stumble over: the mark is the same, the disks exist, the job is found.
/// </summary>
internal sealed class MigrationStart(
    HostCalls source, HostCalls destination, MigrationCalls calls, MigrationRequest request, LibvirtDriverOptions options, TimeProvider time)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(150);

    public async Task<Outcome<Nothing>> Ensure(CancellationToken cancellationToken)
    {
        var atSource = await Snapshot(source, request.Source, cancellationToken);
        if (atSource is not Outcome<DomainSnapshot>.Done { Value: var here })
        {
            return atSource.As<Nothing>();
        }

        var atDestination = await destination.Call<(VmCopy Copy, Bytes Free)>(
            connection => new Outcome<(VmCopy, Bytes)>.Done((
                DomainReader.Inspect(connection, request.Destination.Host, request.Vm),
                new Bytes((long)LibvirtNative.virNodeGetFreeMemory(connection)))),
            cancellationToken);
        if (atDestination is not Outcome<(VmCopy Copy, Bytes Free)>.Done { Value: var (there, free) })
        {
            return atDestination.As<Nothing>();
        }

        // The mark stays with the VM, so that a job of somebody else's after a failed one of ours carries it too.
        if (here.Copy.MigratingOut && here.Custody?.Move == request.Move)
        {
            var takenBack = await new BothEnds(source, destination, request, options, time).RemoveTakenBack(cancellationToken);
            if (takenBack is not Outcome<bool>.Done { Value: false })
            {
                return takenBack is Outcome<bool>.Done
                    ? new Outcome<Nothing>.Refused(MigrationVerdict.AlreadyMigrating(request, null), MigrationVerdict.WaitForIt)
                    : takenBack.As<Nothing>();
            }
        }

        if (MigrationVerdict.Before(request, here.Copy, there, here.Custody?.Move?.Value) is { } verdict)
        {
            return verdict;
        }

        // libvirt does not look at memory; the kernel would kill some guest later.
        if (free < here.Copy.Memory)
        {
            return new Outcome<Nothing>.Refused(
                $"{request.Destination.Host} has {free} of memory free; {request.Vm} needs {here.Copy.Memory}.",
                "Free memory there, or choose another host.");
        }

        return await Prepare(here, cancellationToken) switch
        {
            Outcome<StoragePlan>.Done { Value: var plan } => await Order(plan, cancellationToken),
            var other => other.As<Nothing>(),
        };
    }

    private async Task<Outcome<StoragePlan>> Prepare(DomainSnapshot here, CancellationToken cancellationToken)
    {
        var described = await source.Call<DomainDescription>(
            connection =>
            {
                using var domain = DomainReader.Find(connection, request.Vm) ?? throw Gone();
                return new Outcome<DomainDescription>.Done(DomainReader.Describe(domain));
            },
            cancellationToken);
        if (described is not Outcome<DomainDescription>.Done { Value: var description })
        {
            return described.As<StoragePlan>();
        }

        var storage = new StoragePlanner(source, destination, request);
        var planned = await storage.Plan(description, cancellationToken);
        if (planned is not Outcome<StoragePlan>.Done { Value: var plan })
        {
            return planned;
        }

        if (plan.Findings.FirstOrDefault(f => f.Severity == FindingSeverity.Error) is { } error)
        {
            return new Outcome<StoragePlan>.Refused(error.Fact, error.WayOut ?? "Correct that first.");
        }

        var marked = await source.Call<Nothing>(
            connection =>
            {
                using var domain = DomainReader.Find(connection, request.Vm) ?? throw Gone();
                if (CustodyMetadata.Read(domain) is { } newer && newer.Generation > request.Generation)
                {
                    return new Outcome<Nothing>.Refused(
                        $"The order for {request.Vm} is of generation {request.Generation}, but its metadata says {newer.Generation}: the order is out of date.",
                        "Nothing needs to be done; the newer order stands.");
                }

                new CustodyMetadata(request.Generation, request.Move).Write(domain, active: true, here.Copy.Persistent);
                return new Outcome<Nothing>.Done(Nothing.Value);
            },
            cancellationToken);
        if (marked is not Outcome<Nothing>.Done)
        {
            return marked.As<StoragePlan>();
        }

        var prepared = await storage.Prepare(plan, cancellationToken);
        return prepared is Outcome<Nothing>.Done ? planned : prepared.As<StoragePlan>();
    }

    private async Task<Outcome<Nothing>> Order(StoragePlan plan, CancellationToken cancellationToken)
    {
        var opened = await source.OpenOwn(cancellationToken);
        if (opened is not Outcome<LibvirtConnection>.Done { Value: var connection })
        {
            return opened.As<Nothing>();
        }

        var call = calls.Begin(request, connection, MigrationOrder.For(request, plan, options.ConfirmedHandover));
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < options.StartDeadline)
        {
            await Task.WhenAny(call.Work, Task.Delay(Glance, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            if (call.HasEnded)
            {
                return call.Failure is { } failure ? Errors.ToOutcome<Nothing>(failure, request.Source) : UnderWayOrOver;
            }

            // The daemon writes the job down as its first act, before it calls the destination.
            if (await Snapshot(source, request.Source, cancellationToken) is not Outcome<DomainSnapshot>.Done { Value.Job.IsMigratingOut: false })
            {
                return UnderWayOrOver;
            }
        }

        return new Outcome<Nothing>.Unknown(
            $"{request.Source.Host} took the order to migrate {request.Vm} and shows no job after {options.StartDeadline.TotalSeconds:0.#} s.");
    }

    private static Outcome<Nothing> UnderWayOrOver { get; } = new Outcome<Nothing>.Done(Nothing.Value);

    private Task<Outcome<DomainSnapshot>> Snapshot(HostCalls host, HostEndpoint endpoint, CancellationToken cancellationToken) =>
        host.Call<DomainSnapshot>(
            connection => new Outcome<DomainSnapshot>.Done(
                DomainReader.Snapshot(connection, endpoint.Host, request.Vm) ?? DomainSnapshot.NotThere(request.Vm, endpoint.Host)),
            cancellationToken);

    private LibvirtException Gone() =>
        new(new LibvirtError(ErrorCode.NoDomain, $"{request.Vm} is not on {request.Source.Host} any more"));
}
