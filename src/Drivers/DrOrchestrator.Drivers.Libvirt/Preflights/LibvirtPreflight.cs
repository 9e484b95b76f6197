using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Connections;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Native;
using DrOrchestrator.Drivers.Libvirt.Storage;

namespace DrOrchestrator.Drivers.Libvirt.Preflights;

/// <summary>
/// Everything that can be asked before a migration. A host that does not answer is a finding; the rest
/// is found out as far as the other host allows.
/// </summary>
internal sealed class LibvirtPreflight(
    HostCalls source, HostCalls destination, MigrationRequest request, LibvirtDriverOptions options, TimeProvider time)
{
    private readonly List<Finding> findings = [];
    private Bytes memory;

    public async Task<Outcome<IReadOnlyList<Finding>>> Find(CancellationToken cancellationToken)
    {
        var here = await Source(cancellationToken);
        if (await Destination(here, cancellationToken) && here is not null)
        {
            await Storage(here, cancellationToken);
        }

        if (request.Options.Encrypted)
        {
            findings.AddRange(await new PeerCertificate(request.Destination, options, time).Find(cancellationToken));
        }

        if (request.Destination.MigrationAddress is null)
        {
            Add(
                FindingArea.Bandwidth,
                FindingSeverity.Warning,
                $"{request.Destination.Host} has no address on a migration network; libvirt takes the host's own default.",
                "Give the host a migration address in the inventory.");
        }

        return new Outcome<IReadOnlyList<Finding>>.Done(findings);
    }

    private async Task<DomainDescription?> Source(CancellationToken cancellationToken)
    {
        var asked = await source.Call<Here>(
            connection =>
            {
                using var domain = DomainReader.Find(connection, request.Vm);
                if (domain is null || DomainReader.Snapshot(domain, request.Source.Host) is not { } snapshot)
                {
                    return new Outcome<Here>.Done(new Here(VmCopy.NotThere(request.Vm, request.Source.Host), null, []));
                }

                var description = snapshot.Copy.State is VmState.Incoming ? null : DomainReader.Describe(domain);
                return new Outcome<Here>.Done(new Here(
                    snapshot.Copy, description, description is null ? [] : DomainFindings.Of(domain, snapshot, description)));
            },
            cancellationToken);
        if (asked is not Outcome<Here>.Done { Value: var here })
        {
            Silent(request.Source, asked.As<Nothing>());
            return null;
        }

        findings.AddRange(here.Findings);
        if (here.Copy.State is not VmState.Running)
        {
            Add(
                FindingArea.VmConfiguration,
                FindingSeverity.Error,
                $"{request.Vm} does not run on {request.Source.Host}: it is {MigrationVerdict.Word(here.Copy.State)} there.",
                "Look where it runs, or recover it from its replica.");
        }

        memory = here.Copy.Memory;
        return here.Description;
    }

    private async Task<bool> Destination(DomainDescription? vm, CancellationToken cancellationToken)
    {
        var asked = await destination.Call(
            connection => new Outcome<(VmCopy Copy, Bytes Free, Finding? Cpu)>.Done((
                DomainReader.Inspect(connection, request.Destination.Host, request.Vm),
                new Bytes((long)LibvirtNative.virNodeGetFreeMemory(connection)),
                vm is null ? null : CpuFindings.Of(connection, request.Destination.Host, vm))),
            cancellationToken);
        if (asked is not Outcome<(VmCopy Copy, Bytes Free, Finding? Cpu)>.Done { Value: var (there, free, cpu) })
        {
            Silent(request.Destination, asked.As<Nothing>());
            return false;
        }

        if (cpu is not null)
        {
            findings.Add(cpu);
        }

        if (there.State is VmState.Shutoff)
        {
            Add(
                FindingArea.VmConfiguration,
                FindingSeverity.Warning,
                $"{request.Destination.Host} has an old definition of {request.Vm}; the migration replaces it.",
                null);
        }
        else if (there.State is not VmState.Absent)
        {
            Add(
                FindingArea.VmConfiguration,
                FindingSeverity.Error,
                $"{request.Destination.Host} already has a copy of {request.Vm} that is {MigrationVerdict.Word(there.State)}.",
                "Find out which copy is the right one, and stop and remove the other.");
        }

        if (vm is not null && free < memory)
        {
            Add(
                FindingArea.Capacity,
                FindingSeverity.Error,
                $"{request.Destination.Host} has {free} of memory free; {request.Vm} needs {memory}.",
                "Free memory there, or choose another host.");
        }

        return true;
    }

    private async Task Storage(DomainDescription vm, CancellationToken cancellationToken)
    {
        switch (await new StoragePlanner(source, destination, request).Plan(vm, cancellationToken))
        {
            case Outcome<StoragePlan>.Done { Value: var plan }:
                findings.AddRange(plan.Findings);
                foreach (var disk in plan.Shared.Where(d => d.Kind == "file" && !d.BypassesHostCache))
                {
                    Add(
                        FindingArea.Storage,
                        FindingSeverity.Warning,
                        $"Disk {disk.Target} is shared with cache mode '{disk.Cache ?? "default"}'; libvirt may refuse the migration as unsafe.",
                        "Set its cache mode to 'none'.");
                }

                break;
            case var other:
                Silent(request.Destination, other.As<Nothing>());
                break;
        }
    }

    private void Silent(HostEndpoint host, Outcome<Nothing> outcome)
    {
        var reason = outcome switch
        {
            Outcome<Nothing>.Unknown unknown => unknown.Reason,
            Outcome<Nothing>.Failed failed => failed.Reason,
            Outcome<Nothing>.Refused refused => refused.Reason,
            _ => $"{host.Host} did not answer.",
        };
        Add(FindingArea.Reachability, FindingSeverity.Error, reason, "Bring the host back, or choose another.");
    }

    private void Add(FindingArea area, FindingSeverity severity, string fact, string? wayOut) =>
        findings.Add(new Finding(area, severity, fact, wayOut));

    private sealed record Here(VmCopy Copy, DomainDescription? Description, IReadOnlyList<Finding> Findings);
}
