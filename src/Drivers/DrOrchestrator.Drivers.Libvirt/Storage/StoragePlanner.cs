using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Connections;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Storage;

/// <summary>
/// Finds out which disks both hosts see and which must be copied.
/// <para>
/// The same path on two hosts says nothing: both may have a file of that name. libvirt shows no inode
/// or device number, so two things are asked, and both must say the same. A volume's change time, read at the source, at the
/// destination and at the source again (a guest that writes meanwhile is looked at again): one inode's times agree, but two files that change
/// within one tick of the clock have one time, too. And a file made in the source's folder for that purpose (<see cref="FolderWitness"/>):
/// it appears at the destination if the folder is one. Network disks are shared; of other disks that are no files (block devices) nothing can be
/// told, so that the plan has to call them shared. A file is copied onto a file only if nothing else at the destination uses it.
/// </para>
/// </summary>
internal sealed class StoragePlanner(HostCalls source, HostCalls destination, MigrationRequest request)
{
    /// <summary>Looks at a file that is written to all the while, before it is left to a person.</summary>
    private const int MostLooks = 10;

    private readonly FolderWitness witness = new(source, destination);

    public async Task<Outcome<StoragePlan>> Plan(DomainDescription domain, CancellationToken cancellationToken)
    {
        var copied = new List<CopiedDisk>();
        var shared = new List<DomainDisk>();
        var findings = new List<Finding>();
        var made = new List<NewDisk>();
        foreach (var disk in domain.Disks)
        {
            if (disk.Kind != "file" || disk.Path is not { } path)
            {
                shared.Add(disk);
                if (NotAFile(disk, request.Options.Storage, request.Destination.Host) is { } finding)
                {
                    findings.Add(finding);
                }

                continue;
            }

            var compared = await Compare(path, cancellationToken);
            if (compared is not Outcome<Sides>.Done { Value: var sides })
            {
                return compared.As<StoragePlan>();
            }

            if (request.Options.Storage == StorageMode.Shared || (request.Options.Storage == StorageMode.Auto && sides.AreOne))
            {
                shared.Add(disk);
                if (sides.There is null && sides.FolderThere)
                {
                    findings.Add(Error($"{request.Destination.Host} has no file {path}, which the plan calls shared.", "Choose copied storage, or mount the share there."));
                }

                continue;
            }

            copied.Add(new CopiedDisk(disk, sides.Here?.Capacity ?? 0, sides.There is not null));
            var user = sides.There is null || sides.AreOne ? new Outcome<string>.Done("") : await UserOf(path, cancellationToken);
            var judged = Judge(disk, sides, user, request.Source.Host, request.Destination.Host);
            findings.AddRange(judged);
            if (sides.Here is { } here && judged.All(finding => finding.Severity is not FindingSeverity.Error))
            {
                made.Add(new NewDisk(
                    disk.Target, Folder(path), new Bytes(here.Capacity), new Bytes(sides.Room.Available), new Bytes(sides.Room.Size), new Bytes(sides.There?.Allocated ?? 0)));
            }
        }

        if (made.Count > 0)
        {
            var arriving = await Arriving([.. made.Select(disk => disk.Folder).Distinct()], cancellationToken);
            if (arriving is not Outcome<IReadOnlyDictionary<string, long>>.Done { Value: var taken })
            {
                return arriving.As<StoragePlan>();
            }

            findings.AddRange(RoomFindings.Of(
                request.Destination.Host, [.. made.Select(disk => disk with { Arriving = new Bytes(taken.GetValueOrDefault(disk.Folder)) })]));
        }

        return new Outcome<StoragePlan>.Done(new StoragePlan(copied, shared, findings));
    }

    /// <summary>A device of the same name at both hosts may be two devices, and nobody but a person knows; a network disk is one by its nature.</summary>
    internal static Finding? NotAFile(DomainDisk disk, StorageMode storage, HostId destination) => (disk.Kind, storage) switch
    {
        (_, StorageMode.Copied) => Error(
            $"Disk {disk.Target} is a {disk.Kind} disk, which libvirt cannot create at {destination} and this driver does not copy.",
            "Choose shared storage if both hosts see the same one; else move this VM by its replica."),
        ("network", _) or (_, StorageMode.Shared) => null,
        _ => Error(
            $"Disk {disk.Target} is a {disk.Kind} disk{(disk.Path is { } path ? $" ({path})" : "")}; whether {destination} has the same one, or another of that name, cannot be seen from here.",
            "If both hosts see the same one, say 'storage: shared' in the plan."),
    };

    /// <summary>Creates what is missing at the destination. Repeating it changes nothing.</summary>
    public async Task<Outcome<Nothing>> Prepare(StoragePlan plan, CancellationToken cancellationToken)
    {
        var missing = plan.Copied.Where(d => !d.Exists).ToList();
        return missing.Count == 0
            ? new Outcome<Nothing>.Done(Nothing.Value)
            : await destination.Call<Nothing>(
                connection =>
                {
                    foreach (var copy in missing)
                    {
                        using var pool = FolderPool.Open(connection, Folder(copy.Disk.Path!));
                        if (pool?.Find(Name(copy.Disk.Path!)) is null)
                        {
                            pool?.Create(Name(copy.Disk.Path!), copy.Disk.Format, copy.Capacity);
                        }
                    }

                    return new Outcome<Nothing>.Done(Nothing.Value);
                },
                cancellationToken);
    }

    private async Task<Outcome<Sides>> Compare(string path, CancellationToken cancellationToken)
    {
        for (var look = 1; ; look++)
        {
            var before = await Look(source, path, cancellationToken);
            var there = await Look(destination, path, cancellationToken);
            var after = await Look(source, path, cancellationToken);
            if (before is not Outcome<Side>.Done { Value: var first })
            {
                return before.As<Sides>();
            }

            if (there is not Outcome<Side>.Done { Value: var other })
            {
                return there.As<Sides>();
            }

            if (after is not Outcome<Side>.Done { Value: var last })
            {
                return after.As<Sides>();
            }

            var proof = await Prove(path, first, other, last, cancellationToken);
            if (proof.One is not null || look == MostLooks)
            {
                return new Outcome<Sides>.Done(new Sides(last.Volume, other.Volume, other.FolderExists, other.Room, proof));
            }
        }
    }

    private async Task<Proof> Prove(string path, Side before, Side there, Side after, CancellationToken cancellationToken)
    {
        if (there.Volume is null || after.Volume is null)
        {
            return there.Volume is null && !there.Fresh
                ? new Proof(null, $"libvirt at {request.Destination.Host} was at work in {Folder(path)} and did not list it anew")
                : new Proof(false, null);
        }

        // Where the plan has said it, nothing needs to be found out.
        if (request.Options.Storage == StorageMode.Shared)
        {
            return new Proof(true, null);
        }

        var times = TimesAgree(before.Volume, there.Volume, after.Volume);
        return await witness.SeenByBoth(Folder(path), cancellationToken) switch
        {
            Outcome<bool>.Done { Value: var folder } => Proven(times, folder),
            Outcome<bool>.Refused refused => new Proof(null, $"no file could be made in its folder to look for at the other host ({refused.Reason.TrimEnd('.')})"),
            Outcome<bool>.Failed failed => new Proof(null, $"no file could be made in its folder to look for at the other host ({failed.Reason.TrimEnd('.')})"),
            Outcome<bool>.Unknown unknown => new Proof(null, unknown.Reason.TrimEnd('.')),
            var other => throw new InvalidOperationException($"{other} is not known."),
        };
    }

    /// <summary>
    /// One file: both hosts see the folder, and no time says otherwise. Two files: the destination's folder is another, and so is the file's time.
    /// Anything else is not proven, and copying a file onto itself would destroy it.
    /// </summary>
    internal static Proof Proven(bool? times, bool folder) => (times, folder) switch
    {
        (not false, true) => new Proof(true, null),
        (false, false) => new Proof(false, null),
        (false, true) => new Proof(null, "both hosts see the folder, but not the same change time of the file; one of them may show what it remembers"),
        (true, false) => new Proof(null, "both show one change time, but a file made in the folder at the source does not appear at the destination"),
        (null, false) => new Proof(null, "the guest writes to it all the while, or libvirt tells no change time"),
    };

    /// <summary>
    /// Whether the times seen at the source, at the destination and at the source again may be one file's. A time that merely lies between the
    /// source's two may be another file's, changed after this one's last write but one.
    /// Null: the guest wrote meanwhile and the destination's time lies between, or a host tells no time.
    /// </summary>
    internal static bool? TimesAgree(VolumeFacts? before, VolumeFacts? there, VolumeFacts? after) =>
        (before?.Changed, there?.Changed, after?.Changed) switch
        {
            ({ } first, { } other, { } last) => other == first || other == last ? true : other > first && other < last ? null : false,
            _ => null,
        };

    private static Task<Outcome<Side>> Look(HostCalls host, string path, CancellationToken cancellationToken) => host.Call<Side>(
        connection =>
        {
            using var pool = FolderPool.Open(connection, Folder(path));
            return new Outcome<Side>.Done(new Side(pool is not null, pool?.Find(Name(path)), pool?.Room ?? default, pool?.IsFresh ?? true));
        },
        cancellationToken);

    /// <param name="disk">A disk that is to be copied.</param>
    /// <param name="sides">What both hosts have at its path.</param>
    /// <param name="user">The other VM at the destination that has this file as a disk; empty: none.</param>
    /// <param name="from">The source.</param>
    /// <param name="there">The destination.</param>
    internal static IReadOnlyList<Finding> Judge(DomainDisk disk, Sides sides, Outcome<string> user, HostId from, HostId there)
    {
        if (sides.Here is not { } here)
        {
            return [Error($"libvirt at {from} cannot read {disk.Path}.", "Make the disk's folder readable to libvirt.")];
        }

        if (sides.AreOne)
        {
            return [Error($"{disk.Path} is one file that both hosts see; copying it onto itself would destroy it.", "Choose shared storage in the plan.")];
        }

        if (user is Outcome<string>.Done { Value: { Length: > 0 } name })
        {
            return [Error($"{disk.Path} on {there} belongs to {name}.", "Give the two VMs different paths.")];
        }

        if (user is not Outcome<string>.Done)
        {
            return [Error($"{there} did not say whether {disk.Path} is in use there.", "Bring the host back, or choose another.")];
        }

        if (sides.Proof is { One: null, Why: var why })
        {
            return [Error(
                $"It could not be told whether {there} sees the same {disk.Path}: {why}.",
                "If both hosts see the same one, say 'storage: shared' in the plan; else move that file away, or try again later.")];
        }

        if (!sides.FolderThere)
        {
            return [Error($"{there} has no folder {Folder(disk.Path!)} for {disk.Target}.", "Create the folder there, or choose another destination.")];
        }

        if (sides.There is not { } existing)
        {
            return [];
        }

        if (existing.Capacity != here.Capacity || existing.Format != here.Format)
        {
            return [Error($"{there} has another file at {disk.Path} ({existing.Format}, {new Bytes(existing.Capacity)}).", "Move that file away.")];
        }

        return [new Finding(
            FindingArea.Storage,
            FindingSeverity.Warning,
            $"{there} has an older {disk.Path} of the same format and size; the migration writes over it.")];
    }

    /// <summary>The other VM at the destination that has this file as a disk; empty: none.</summary>
    private Task<Outcome<string>> UserOf(string path, CancellationToken cancellationToken) => destination.Call<string>(
        connection => new Outcome<string>.Done(
            DomainReader.DescribeAll(connection)
                .Where(d => d.Vm.Id != request.Vm.Id && d.Disks.Any(k => k.Path == path))
                .Select(d => d.Vm.Name)
                .FirstOrDefault() ?? ""),
        cancellationToken);

    /// <summary>
    /// What copies that other moves are bringing into these folders may still grow by: their files are there, and take up what was written so far. Looked
    /// at in these folders only, for what lies in them is no storage that the source shares.
    /// </summary>
    private Task<Outcome<IReadOnlyDictionary<string, long>>> Arriving(IReadOnlyList<string> folders, CancellationToken cancellationToken) =>
        destination.Call<IReadOnlyDictionary<string, long>>(
            connection =>
            {
                var arriving = DomainReader.List(connection, request.Destination.Host)
                    .Where(copy => copy.State is VmState.Incoming && copy.Vm.Id != request.Vm.Id).Select(copy => copy.Vm.Id).ToHashSet();
                string[] files = arriving.Count == 0
                    ? []
                    : [.. DomainReader.DescribeAll(connection).Where(d => arriving.Contains(d.Vm.Id)).SelectMany(d => d.Disks).Where(d => d.Kind == "file").Select(d => d.Path).OfType<string>().Distinct()];
                return new Outcome<IReadOnlyDictionary<string, long>>.Done(folders.ToDictionary(
                    folder => folder, folder => Growing(connection, folder, [.. files.Where(path => Folder(path) == folder)])));
            },
            cancellationToken);

    private static long Growing(ConnectionHandle connection, string folder, string[] files)
    {
        using var pool = files.Length > 0 ? FolderPool.Open(connection, folder) : null;
        return files.Select(path => pool?.Find(Name(path))).OfType<VolumeFacts>().Sum(file => Math.Max(0, file.Capacity - file.Allocated));
    }

    private static Finding Error(string fact, string wayOut) => new(FindingArea.Storage, FindingSeverity.Error, fact, wayOut);

    private static string Folder(string path) => Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : "/";

    private static string Name(string path) => Path.GetFileName(path);

    private sealed record Side(bool FolderExists, VolumeFacts? Volume, (long Size, long Available) Room, bool Fresh);

    internal sealed record Sides(VolumeFacts? Here, VolumeFacts? There, bool FolderThere, (long Size, long Available) Room, Proof Proof)
    {
        public bool AreOne => Proof.One is true;
    }

    /// <param name="One">Whether both hosts see one file; null: not proven.</param>
    /// <param name="Why">Why it is not proven.</param>
    internal sealed record Proof(bool? One, string? Why);
}
