using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DrOrchestrator.Drivers.Libvirt.Native;

/// <summary>An error as libvirt reports it (virError): a code and the daemon's own sentence.</summary>
internal sealed record LibvirtError(ErrorCode Code, string Message)
{
    /// <summary>The connection broke, or could not be made: what was asked may or may not have happened.</summary>
    public bool IsConnectionLoss => Code is ErrorCode.Rpc or ErrorCode.NoConnect or ErrorCode.InvalidConnection or ErrorCode.GnuTls
        || (Code is ErrorCode.SystemError && (Message.Contains("socket", StringComparison.OrdinalIgnoreCase)
            || Message.Contains("read data", StringComparison.OrdinalIgnoreCase)
            || Message.Contains("write data", StringComparison.OrdinalIgnoreCase)))
        || Message.Contains("client socket is closed", StringComparison.OrdinalIgnoreCase)
        || Message.Contains("keepalive", StringComparison.OrdinalIgnoreCase);

    /// <summary>The last error of this thread; libvirt keeps it per thread.</summary>
    public static unsafe LibvirtError Last()
    {
        var error = LibvirtNative.virGetLastError();
        return error is null
            ? new LibvirtError(ErrorCode.Ok, "libvirt gave no reason.")
            : new LibvirtError((ErrorCode)error->Code, Marshal.PtrToStringUTF8(error->Message) ?? "libvirt gave no reason.");
    }
}

/// <summary>Carries a <see cref="LibvirtError"/> out of a sequence of native calls to where it becomes an outcome.</summary>
internal sealed class LibvirtException(LibvirtError error) : Exception(error.Message)
{
    public LibvirtError Error => error;
}

/// <summary>Turns libvirt's return values into exceptions with this thread's error.</summary>
internal static class Check
{
    public static int NotNegative(int result) => result >= 0 ? result : throw new LibvirtException(LibvirtError.Last());

    public static T Valid<T>(T handle)
        where T : SafeHandleZeroOrMinusOneIsInvalid
    {
        if (!handle.IsInvalid)
        {
            return handle;
        }

        var error = LibvirtError.Last();
        handle.Dispose();
        throw new LibvirtException(error);
    }

    /// <summary>A string that the caller owns.</summary>
    public static string Text(nint pointer)
    {
        if (pointer == 0)
        {
            throw new LibvirtException(LibvirtError.Last());
        }

        try
        {
            return Marshal.PtrToStringUTF8(pointer)!;
        }
        finally
        {
            LibvirtNative.free(pointer);
        }
    }
}
