using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt;

/// <summary>
/// libvirt's error codes as outcomes, in sentences for an operator. A code means refused only where
/// libvirt gives it before anything was changed.
/// </summary>
internal static class Errors
{
    public static Outcome<T> ToOutcome<T>(LibvirtError error, HostEndpoint host)
    {
        if (error.IsConnectionLoss)
        {
            return new Outcome<T>.Unknown($"The connection to {host.Host} broke: {Sentence(error)}");
        }

        return error.Code switch
        {
            ErrorCode.MigrateUnsafe => Refused(
                "libvirt calls this migration unsafe:", "Use cache mode 'none' for the VM's disks, or copy its storage."),
            ErrorCode.CpuIncompatible => Refused(
                "The destination's CPU cannot run this VM:", "Give the VM a CPU model that both hosts have, or choose another destination."),
            ErrorCode.HookScriptFailed => Refused(
                "A host's guard (qemu hook) refused:", "Ask the guard of that host for its reason; usually the site has no lease."),
            ErrorCode.ConfigurationUnsupported or ErrorCode.OperationUnsupported or ErrorCode.ArgumentUnsupported or ErrorCode.NoSupport =>
                Refused("The hypervisor cannot do this with this VM:", "Change the VM's configuration or the plan's options."),
            ErrorCode.BlockCopyActive or ErrorCode.ResourceBusy =>
                Refused("Something else is being done to this VM:", "Wait for it to end, or end it."),
            ErrorCode.OperationTimeout => Refused(
                "Another operation holds this VM:", "Wait for it to end; it is named in the sentence."),
            ErrorCode.OperationDenied or ErrorCode.AccessDenied or ErrorCode.AuthenticationFailed or ErrorCode.AuthenticationUnavailable =>
                Refused("Permission was denied:", "Give the orchestrator's identity access on that host."),
            ErrorCode.DomainExists => Refused(
                "The destination already has such a VM:", "Find out which copy is the right one, and remove the other."),
            _ => new Outcome<T>.Failed($"{host.Host}: {Sentence(error)}"),
        };

        Outcome<T> Refused(string what, string wayOut) =>
            new Outcome<T>.Refused($"{host.Host}: {what} {Sentence(error)}", wayOut);
    }

    public static string Sentence(LibvirtError error) =>
        error.Message.Length == 0 ? $"libvirt error {(int)error.Code}." : $"{error.Message.TrimEnd('.', ' ', '\n')}.";
}
