using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Libvirt.Connections;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Storage;

namespace DrOrchestrator.Drivers.Libvirt.Preflights;

/// <summary>Whether the destination has the files that a guest needs of its host and that no migration brings: kernels, firmware, media, what backs its memory.</summary>
internal static class HostFileFindings
{
    public static async Task<IReadOnlyList<Finding>> Of(HostCalls destination, HostId host, DomainDescription vm, CancellationToken cancellationToken)
    {
        (string What, string Path)[] needed = [.. vm.HostFiles.Where(file => file.Path.StartsWith('/'))];
        if (needed.Length == 0)
        {
            return [];
        }

        var looked = await destination.Call<IReadOnlyList<Finding>>(
            connection => new Outcome<IReadOnlyList<Finding>>.Done(
            [
                .. needed.GroupBy(file => Path.GetDirectoryName(file.Path) ?? "/").SelectMany(folder =>
                {
                    using var pool = FolderPool.Open(connection, folder.Key);
                    return folder.Where(file => pool?.Find(Path.GetFileName(file.Path)) is null).Select(file => Missing(host, vm, file.What, file.Path)).ToArray();
                }),
            ]),
            cancellationToken);
        return looked is Outcome<IReadOnlyList<Finding>>.Done { Value: var findings }
            ? findings
            : [new Finding(
                FindingArea.VmConfiguration,
                FindingSeverity.Information,
                $"Whether {host} has the files that {vm.Vm} needs there ({string.Join(", ", needed.Select(file => file.Path))}) could not be told. Where one is missing, the migration fails and the guest stays.")];
    }

    private static Finding Missing(HostId host, DomainDescription vm, string what, string path) => new(
        FindingArea.VmConfiguration,
        FindingSeverity.Error,
        $"The {what} of {vm.Vm} is {path}, which {host} does not have or does not let libvirt see.",
        what.StartsWith("cdrom", StringComparison.Ordinal) || what.StartsWith("floppy", StringComparison.Ordinal)
            ? $"Eject it (virsh change-media --eject --live --config {vm.Vm} {what.Split(' ')[^1]}), or put the same file there."
            : "Put the same file there, or choose another destination.");
}
