using System.Runtime.CompilerServices;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>The library that this process uses: the lab's, where the machine's own is too old.</summary>
internal static class ClientLibrary
{
    private const string Overlay = "/var/cache/drorchestrator-lab/overlay/usr/lib/x86_64-linux-gnu/libvirt.so.0";
    private static string? trouble;

    /// <summary>For tests of the driver that need no lab.</summary>
    public static void Needed() => Assert.SkipWhen(trouble is not null, trouble ?? "");

    [ModuleInitializer]
    internal static void Choose()
    {
        try
        {
            LibvirtLibrary.Use(Environment.GetEnvironmentVariable("DR_LIBVIRTLIBRARY") ?? (File.Exists(Overlay) ? Overlay : null));
        }
        catch (InvalidOperationException error)
        {
            trouble = error.Message;
        }
    }
}
