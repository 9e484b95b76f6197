using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Connections;

/// <summary>
/// All calls to one host: one pooled connection, reopened when it died, a bounded number of calls at a
/// time, and a deadline around each. What hangs here holds up this host only.
/// </summary>
internal sealed class HostCalls(HostEndpoint host, LibvirtDriverOptions options, TimeProvider time) : IDisposable
{
    private readonly Outcome<LibvirtAddress> address = LibvirtAddress.Parse(host.Address);
    private readonly SemaphoreSlim slots = new(options.CallsPerHost);
    private readonly Lock gate = new();
    private Task<LibvirtConnection>? opening;
    private bool disposed;

    public DomainEvents Events { get; } = new();

    /// <summary>Runs work with the connection; expected failures become outcomes that name the host.</summary>
    public async Task<Outcome<T>> Call<T>(Func<ConnectionHandle, Outcome<T>> work, CancellationToken cancellationToken)
    {
        if (address is not Outcome<LibvirtAddress>.Done)
        {
            return address.As<T>();
        }

        var began = time.GetTimestamp();
        using var expiry = new CancellationTokenSource(options.CallDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        if (!await TakeSlot(either.Token, cancellationToken))
        {
            return NoAnswer<T>(options.CallDeadline);
        }

        var slotIsOurs = true;
        try
        {
            var opened = await Opened(() => Connection().WaitAsync(either.Token), cancellationToken);
            if (opened is not Outcome<LibvirtConnection>.Done { Value: var connection })
            {
                return opened.As<T>();
            }

            var call = DedicatedThread.Run($"libvirt {host.Host}", () => Work(work, connection));
            try
            {
                return await call.WaitAsync(either.Token);
            }
            catch (OperationCanceledException)
            {
                // The slot stays taken until the call really ends, so that hanging calls stay counted.
                slotIsOurs = false;
                connection.CallIsOverdue(time.GetElapsedTime(began), options.CallsPerHost - 1);
                _ = ReleaseAfter(call, connection);
                cancellationToken.ThrowIfCancellationRequested();
                return NoAnswer<T>(options.CallDeadline);
            }
        }
        finally
        {
            if (slotIsOurs)
            {
                slots.Release();
            }
        }
    }

    /// <summary>A connection apart from the pooled one, for a call that lasts as long as a migration.</summary>
    public Task<Outcome<LibvirtConnection>> OpenOwn(CancellationToken cancellationToken) =>
        Opened(() => Open(events: null, cancellationToken), cancellationToken);

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            if (opening is not null)
            {
                _ = Close(opening);
            }
        }
    }

    private static async Task Close(Task<LibvirtConnection> open)
    {
        try
        {
            (await open).Dispose();
        }
        catch (Exception error) when (error is OperationCanceledException or TunnelException or LibvirtException)
        {
            // It never opened, and those who waited for it were told.
        }
    }

    private async Task<bool> TakeSlot(CancellationToken deadline, CancellationToken cancellationToken)
    {
        try
        {
            await slots.WaitAsync(deadline);
            return true;
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }

    /// <summary>On a thread of its own.</summary>
    private Outcome<T> Work<T>(Func<ConnectionHandle, Outcome<T>> work, LibvirtConnection connection)
    {
        try
        {
            return work(connection.Handle);
        }
        catch (LibvirtException error)
        {
            if (error.Error.IsConnectionLoss)
            {
                connection.Dispose();
            }

            return Errors.ToOutcome<T>(error.Error, host);
        }
        catch (ObjectDisposedException)
        {
            // Another call on this connection found it broken and closed it under us.
            return new Outcome<T>.Unknown($"The connection to {host.Host} broke.");
        }
    }

    private async Task ReleaseAfter(Task call, LibvirtConnection connection)
    {
        try
        {
            await call;
        }
        finally
        {
            connection.OverdueCallEnded();
            slots.Release();
        }
    }

    private async Task<Outcome<LibvirtConnection>> Opened(Func<Task<LibvirtConnection>> open, CancellationToken cancellationToken)
    {
        try
        {
            return new Outcome<LibvirtConnection>.Done(await open());
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return NoAnswer<LibvirtConnection>(options.OpenDeadline);
        }
        catch (TunnelException error)
        {
            return new Outcome<LibvirtConnection>.Unknown(
                $"{host.Host} could not be reached{(error.IsTrust ? " in trust" : "")}: {error.Message.TrimEnd('.')}.");
        }
        catch (LibvirtException error)
        {
            return new Outcome<LibvirtConnection>.Unknown($"{host.Host} opened no libvirt connection: {Errors.Sentence(error.Error)}");
        }
    }

    /// <summary>One open at a time: callers share the one under way, or the connection it gave while that lives.</summary>
    private Task<LibvirtConnection> Connection()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (opening is { IsCompleted: false } || (opening is { IsCompletedSuccessfully: true } && IsAlive(opening)))
            {
                return opening;
            }

            if (opening is not null)
            {
                _ = Close(opening);
            }

            // Not one caller's token: the others wait for it too.
            return opening = Open(Events, CancellationToken.None);
        }
    }

#pragma warning disable RS0030 // The task has completed; this reads its value under the lock without waiting.
    private static bool IsAlive(Task<LibvirtConnection> opened) => opened.Result.IsAlive;
#pragma warning restore RS0030

    private async Task<LibvirtConnection> Open(DomainEvents? events, CancellationToken cancellationToken)
    {
        using var expiry = new CancellationTokenSource(options.OpenDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        var good = (Outcome<LibvirtAddress>.Done)address; // no call gets past a bad one
        return await LibvirtConnection.Open(good.Value, events, options, time, either.Token);
    }

    private Outcome<T> NoAnswer<T>(TimeSpan deadline) =>
        new Outcome<T>.Unknown($"{host.Host} did not answer within {deadline.TotalSeconds:0.#} s.");
}
