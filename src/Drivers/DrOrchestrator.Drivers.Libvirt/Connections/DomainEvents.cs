using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Connections;

/// <summary>What a host told about a domain without being asked.</summary>
internal abstract record DomainSign(string Uuid)
{
    /// <summary>A lifecycle event (virDomainEventType and its detail).</summary>
    public sealed record Lifecycle(string Uuid, int Event, int Detail) : DomainSign(Uuid);

    /// <summary>A new pre-copy pass began.</summary>
    public sealed record Iteration(string Uuid, int Number) : DomainSign(Uuid);
}

/// <summary>
/// Brings libvirt's callbacks, which come on the event loop's thread with an opaque number, to
/// whoever listens on that host. Listeners are called on that thread and must only hand on.
/// </summary>
internal sealed class DomainEvents
{
    private static readonly ConcurrentDictionary<nint, DomainEvents> Receivers = new();
    private static int lastNumber;

    private readonly ConcurrentDictionary<Action<DomainSign>, byte> listeners = new();

    public IDisposable Listen(Action<DomainSign> listener)
    {
        listeners[listener] = 0;
        return new Subscription(() => listeners.TryRemove(listener, out _));
    }

    /// <summary>Registers for one connection; the result undoes it and must be disposed before the connection is closed.</summary>
    public unsafe IDisposable Attach(ConnectionHandle connection)
    {
        var number = (nint)Interlocked.Increment(ref lastNumber);
        Receivers[number] = this;
        var lifecycle = Register(
            connection, DomainEventIds.Lifecycle, (nint)(delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, int>)&OnLifecycle, number);
        var iteration = Register(
            connection, DomainEventIds.MigrationIteration, (nint)(delegate* unmanaged[Cdecl]<nint, nint, int, nint, void>)&OnIteration, number);
        return new Subscription(() =>
        {
            // Callbacks that stay registered would keep libvirt from freeing the connection.
            foreach (var id in new[] { lifecycle, iteration }.Where(id => id >= 0))
            {
                _ = LibvirtNative.virConnectDomainEventDeregisterAny(connection, id);
            }

            Receivers.TryRemove(number, out _);
        });
    }

    /// <summary>A host without an event is no reason to do without the host: polling tells the same, later.</summary>
    private static int Register(ConnectionHandle connection, int eventId, nint callback, nint number) =>
        LibvirtNative.virConnectDomainEventRegisterAny(connection, 0, eventId, callback, number, 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnLifecycle(nint connection, nint domain, int kind, int detail, nint number)
    {
        Tell(number, new DomainSign.Lifecycle(UuidOf(domain), kind, detail));
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnIteration(nint connection, nint domain, int iteration, nint number) =>
        Tell(number, new DomainSign.Iteration(UuidOf(domain), iteration));

    private static void Tell(nint number, DomainSign sign)
    {
        if (Receivers.TryGetValue(number, out var events))
        {
            foreach (var listener in events.listeners.Keys)
            {
                listener(sign);
            }
        }
    }

    internal static unsafe string UuidOf(nint domain)
    {
        var text = stackalloc byte[37];
        return LibvirtNative.virDomainGetUUIDString(domain, text) < 0 ? "" : Marshal.PtrToStringUTF8((nint)text)!;
    }

    private sealed class Subscription(Action undo) : IDisposable
    {
        private Action? undo = undo;

        public void Dispose() => Interlocked.Exchange(ref undo, null)?.Invoke();
    }
}
