using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DrOrchestrator.Drivers.Libvirt.Native;

/// <summary>
/// libvirt's event loop. There is one per process by libvirt's design: it must be registered before
/// the first connection is opened, and keepalive and events of every connection depend on it. It is
/// therefore started once and runs, on a background thread, until the process ends.
/// </summary>
internal static class EventLoop
{
    private static readonly Lazy<Thread> Loop = new(Start);

    public static void EnsureRunning() => _ = Loop.Value;

    private static unsafe Thread Start()
    {
        Check.NotNegative(LibvirtNative.virInitialize());
        LibvirtNative.virSetErrorFunc(0, &Ignore);
        Check.NotNegative(LibvirtNative.virEventRegisterDefaultImpl());

        // Without any handle or timer the loop would spin or sleep for ever; this one wakes it each second.
        Check.NotNegative(LibvirtNative.virEventAddTimeout(1000, &Tick, 0, 0));
        var thread = new Thread(Run) { IsBackground = true, Name = "libvirt events" };
        thread.Start();
        return thread;
    }

    private static void Run()
    {
        while (true)
        {
            // A failed turn (an interrupted poll) is no reason to stop: without the loop no connection would keep alive.
            _ = LibvirtNative.virEventRunDefaultImpl();
        }
    }

    /// <summary>Errors are read where they happen; libvirt's default prints them.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void Ignore(nint userData, VirError* error)
    {
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Tick(int timer, nint opaque)
    {
    }
}
