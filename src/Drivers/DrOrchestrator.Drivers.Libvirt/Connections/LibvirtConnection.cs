using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Connections;

/// <summary>One open connection to one daemon, through its tunnel.</summary>
internal sealed class LibvirtConnection : IDisposable
{
    private readonly Tunnel tunnel;
    private readonly IDisposable? events;
    private int overdue;
    private int closed;

    private LibvirtConnection(ConnectionHandle handle, Tunnel tunnel, IDisposable? events)
    {
        Handle = handle;
        this.tunnel = tunnel;
        this.events = events;
    }

    public ConnectionHandle Handle { get; }

    /// <summary>As the library knows it locally; it asks nobody.</summary>
    public bool IsAlive => Volatile.Read(ref closed) == 0 && LibvirtNative.virConnectIsAlive(Handle) == 1;

    /// <summary>Opens within the token's time, whatever hangs: cancelling closes the tunnel, and the library's open ends.</summary>
    public static async Task<LibvirtConnection> Open(
        LibvirtAddress address, DomainEvents? listeners, LibvirtDriverOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        EventLoop.EnsureRunning();
        var tunnel = await Tunnel.Open(address, time, cancellationToken);
        try
        {
            await using var deadline = cancellationToken.Register(tunnel.Dispose);
            return await DedicatedThread.Run("libvirt open", () => Open(tunnel, listeners, options));
        }
        catch
        {
            tunnel.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>
    /// Told of a call that passed its deadline. A host that has sent nothing since is given up at once; one
    /// that lives but keeps calls waiting (a domain whose lock is held) only when too many of them pile up,
    /// since libvirtd serves few requests of one client at a time.
    /// </summary>
    public void CallIsOverdue(TimeSpan waited, int bound)
    {
        if (tunnel.Silence >= waited || Interlocked.Increment(ref overdue) >= bound)
        {
            Sever();
        }
    }

    public void OverdueCallEnded() => Interlocked.Decrement(ref overdue);

    /// <summary>Ends every call that waits on this connection.</summary>
    public void Sever() => tunnel.Dispose();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref closed, 1) != 0)
        {
            return;
        }

        // The tunnel goes first: on a dead host the goodbye would wait for an answer.
        tunnel.Dispose();
        events?.Dispose();
        Handle.Dispose();
    }

    private static LibvirtConnection Open(Tunnel tunnel, DomainEvents? listeners, LibvirtDriverOptions options)
    {
        var handle = Check.Valid(LibvirtNative.virConnectOpenAuth(
            $"qemu+unix:///system?socket={Uri.EscapeDataString(tunnel.SocketPath)}", 0, 0));
        try
        {
            Check.NotNegative(LibvirtNative.virConnectSetKeepAlive(
                handle, (int)options.KeepaliveInterval.TotalSeconds, (uint)options.KeepaliveCount));
            return new LibvirtConnection(handle, tunnel, listeners?.Attach(handle));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }
}
