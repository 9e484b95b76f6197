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
    private readonly List<OtherActor> actors = [];

    public async Task<Outcome<IReadOnlyList<Finding>>> Find(CancellationToken cancellationToken)
    {
        var here = await Source(cancellationToken);
        if (await Destination(here, cancellationToken) is { } there && here?.Description is { } vm)
        {
            await Machine(there.Facts, vm, cancellationToken);
            findings.AddRange(await HostFileFindings.Of(destination, request.Destination.Host, vm, cancellationToken));
            await Storage(here.Copy, vm, cancellationToken);
        }

        findings.AddRange(OtherActorFindings.Of(actors, request.Options.OtherActors));
        await Security(cancellationToken);
        Transfer();
        return new Outcome<IReadOnlyList<Finding>>.Done(findings);
    }

    private async Task<Here?> Source(CancellationToken cancellationToken)
    {
        var asked = await source.Call<Here>(
            connection =>
            {
                using var domain = DomainReader.Find(connection, request.Vm);
                if (domain is null || DomainReader.Snapshot(domain, request.Source.Host) is not { } snapshot)
                {
                    return new Outcome<Here>.Done(new Here(VmCopy.NotThere(request.Vm, request.Source.Host), null, [], []));
                }

                if (snapshot.Copy.State is VmState.Incoming)
                {
                    return new Outcome<Here>.Done(new Here(snapshot.Copy, null, [], []));
                }

                var description = DomainReader.Describe(domain);
                return new Outcome<Here>.Done(new Here(
                    snapshot.Copy,
                    description,
                    [
                        .. DomainFindings.Of(domain, snapshot, description, request),
                        .. DeviceFindings.Of(description),
                        .. HotplugFindings.Of(description, snapshot.Copy.Persistent ? DomainReader.DescribeStored(domain) : null),
                    ],
                    [.. OtherActors.Autostart(domain, request.Source.Host, request.Vm), .. OtherActors.Systems(description)]));
            },
            cancellationToken);
        if (asked is not Outcome<Here>.Done { Value: var here })
        {
            Silent(request.Source, asked.As<Nothing>());
            return null;
        }

        findings.AddRange(here.Findings);
        actors.AddRange(here.Actors);
        if (NotRunning(here.Copy) is { } finding)
        {
            findings.Add(finding);
        }

        return here;
    }

    internal static Finding? NotRunning(VmCopy atSource) => atSource.State is VmState.Running ? null : new Finding(
        FindingArea.VmConfiguration,
        FindingSeverity.Error,
        $"{atSource.Vm} does not run on {atSource.Host}: it is {MigrationVerdict.Word(atSource.State)} there.",
        "Look where it runs, or recover it from its replica.");

    private async Task<There?> Destination(Here? here, CancellationToken cancellationToken)
    {
        var asked = await destination.Call(connection => new Outcome<There>.Done(LookThere(connection, here)), cancellationToken);
        if (asked is not Outcome<There>.Done { Value: var there })
        {
            Silent(request.Destination, asked.As<Nothing>());
            return null;
        }

        findings.AddRange(there.Findings);
        actors.AddRange(there.Actors);
        if (there.Copy.State is VmState.Shutoff)
        {
            Add(
                FindingArea.VmConfiguration,
                FindingSeverity.Warning,
                $"{request.Destination.Host} has an old definition of {request.Vm}; the migration replaces it.",
                null);
        }
        else if (there.Copy.State is not VmState.Absent)
        {
            Add(
                FindingArea.VmConfiguration,
                FindingSeverity.Error,
                $"{request.Destination.Host} already has a copy of {request.Vm} that is {MigrationVerdict.Word(there.Copy.State)}.",
                "Find out which copy is the right one, and stop and remove the other.");
        }

        return there;
    }

    /// <summary>Whether the destination can be this machine. Apart from the first look, for a host may take long to find out what its emulators can do.</summary>
    private async Task Machine(HostFacts facts, DomainDescription vm, CancellationToken cancellationToken)
    {
        var asked = await destination.Call<IReadOnlyList<Finding>>(
            connection => new Outcome<IReadOnlyList<Finding>>.Done(
            [
                .. PlatformFindings.Of(connection, facts, vm),
                .. CpuFindings.Of(connection, facts.Host, vm) is { } cpu ? new[] { cpu } : [],
                .. NetworkFindings.Of(connection, facts.Host, vm),
            ]),
            cancellationToken);
        if (asked is Outcome<IReadOnlyList<Finding>>.Done { Value: var found })
        {
            findings.AddRange(found);
        }
        else
        {
            Silent(request.Destination, asked.As<Nothing>());
        }
    }

    private There LookThere(ConnectionHandle connection, Here? here)
    {
        var host = request.Destination.Host;
        using var domain = DomainReader.Find(connection, request.Vm);
        var copy = (domain is null ? null : DomainReader.Snapshot(domain, host))?.Copy ?? VmCopy.NotThere(request.Vm, host);
        var facts = HostReader.Read(connection, host);
        return new There(
            copy,
            facts,
            here?.Description is null ? [] : [.. CapacityFindings.Of(here.Copy, facts, DomainReader.VirtualCpusRunning(connection), request.Options.Bounds)],
            domain is null ? [] : [.. OtherActors.Autostart(domain, host, request.Vm)]);
    }

    private async Task Storage(VmCopy copy, DomainDescription vm, CancellationToken cancellationToken)
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
                        "Set its cache mode to 'none' in the definition and start the guest anew; no hypervisor call changes it while the guest runs.");
                }

                if (copy.State is VmState.Running)
                {
                    findings.AddRange(await new CopyFindings(source, request, options, time).Of(plan.Copied, cancellationToken));
                }

                break;
            case var other:
                Silent(request.Destination, other.As<Nothing>());
                break;
        }
    }

    private async Task Security(CancellationToken cancellationToken)
    {
        if (!request.Options.Encrypted)
        {
            Add(
                FindingArea.TransferSecurity,
                FindingSeverity.Warning,
                $"The plan lets the transfer go in the clear: whoever can read the network from {request.Source.Host} to {request.Destination.Host} can read the guest's memory.",
                "Set migration.encrypted: true in the plan.");
            return;
        }

        // Both ends show theirs to each other; only the destination's must have the name that is dialled.
        var certificates = new PeerCertificate(options, time);
        findings.AddRange(await certificates.Find(request.Destination, isDialled: true, cancellationToken));
        findings.AddRange(await certificates.Find(request.Source, isDialled: false, cancellationToken));
    }

    private void Transfer()
    {
        if (request.Options.PostCopy)
        {
            Add(
                FindingArea.Bandwidth,
                FindingSeverity.Warning,
                $"{request.Vm} goes on at {request.Destination.Host} after one pass over its memory (post-copy). Until its last page has come it is lost with {request.Source.Host}, {request.Destination.Host} or the way between them, and nothing can take it back.",
                "Leave migration.postCopy out of the plan, and it can be taken back until the switch-over.");
        }

        if (request.Destination.MigrationAddress is null)
        {
            Add(
                FindingArea.Bandwidth,
                FindingSeverity.Warning,
                $"{request.Destination.Host} has no address on a migration network; libvirt takes the host's own default.",
                "Give the host a migration address in the inventory.");
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

    private sealed record Here(VmCopy Copy, DomainDescription? Description, IReadOnlyList<Finding> Findings, IReadOnlyList<OtherActor> Actors);

    private sealed record There(VmCopy Copy, HostFacts Facts, IReadOnlyList<Finding> Findings, IReadOnlyList<OtherActor> Actors);
}
