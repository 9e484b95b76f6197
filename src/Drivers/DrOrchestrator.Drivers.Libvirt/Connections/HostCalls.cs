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

    /// <summary>The address, known to be a good one since no call gets past a bad one.</summary>
    public LibvirtAddress Address => ((Outcome<LibvirtAddress>.Done)address).Value;

    /// <summary>Runs work with the connection; expected failures become outcomes that name the host.</summary>
    public async Task<Outcome<T>> Call<T>(Func<ConnectionHandle, Outcome<T>> work, CancellationToken cancellationToken, TimeSpan? within = null)
    {
        if (address is not Outcome<LibvirtAddress>.Done)
        {
            return address.As<T>();
        }

        var deadline = within ?? options.CallDeadline;
        var began = time.GetTimestamp();
        using var expiry = new CancellationTokenSource(deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        try
        {
            await slots.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return NoAnswer<T>(deadline);
        }

        LibvirtConnection connection;
        try
        {
            connection = await Connection().WaitAsync(either.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or TunnelException or LibvirtException)
        {
            slots.Release();
            cancellationToken.ThrowIfCancellationRequested();
            return NotOpened<T>(error, deadline);
        }

        var call = DedicatedThread.Run($"libvirt {host.Host}", () => work(connection.Handle));
        try
        {
            var outcome = await call.WaitAsync(either.Token);
            slots.Release();
            return outcome;
        }
        catch (OperationCanceledException) when (!call.IsCompleted)
        {
            // The slot stays taken until the call really ends, so that hanging calls stay counted.
            connection.CallIsOverdue(time.GetElapsedTime(began), options.CallsPerHost - 1);
            _ = ReleaseAfter(call, connection);
            cancellationToken.ThrowIfCancellationRequested();
            return NoAnswer<T>(deadline);
        }
        catch (LibvirtException error)
        {
            slots.Release();
            if (error.Error.IsConnectionLoss)
            {
                connection.Dispose();
            }

            return Errors.ToOutcome<T>(error.Error, host);
        }
    }

    /// <summary>A connection apart from the pooled one, for a call that lasts as long as a migration.</summary>
    public async Task<Outcome<LibvirtConnection>> OpenOwn(CancellationToken cancellationToken)
    {
        try
        {
            return new Outcome<LibvirtConnection>.Done(await OpenWithin(events: null, cancellationToken));
        }
        catch (Exception error) when (error is OperationCanceledException or TunnelException or LibvirtException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return NotOpened<LibvirtConnection>(error, options.OpenDeadline);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            if (opening is { IsCompletedSuccessfully: true })
            {
                _ = Close(opening);
            }
        }
    }

    private static async Task Close(Task<LibvirtConnection> open) => (await open).Dispose();

    private async Task ReleaseAfter(Task call, LibvirtConnection connection)
    {
        try
        {
            await call;
        }
        catch (LibvirtException)
        {
            // Its caller has been answered already.
        }
        finally
        {
            connection.OverdueCallEnded();
            slots.Release();
        }
    }

    /// <summary>One open at a time: callers share the one under way, or the connection it gave while that lives.</summary>
    private Task<LibvirtConnection> Connection()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (opening is { IsCompleted: false })
            {
                return opening;
            }

            var dead = opening;
            if (opening is { IsCompletedSuccessfully: true } && IsAlive(opening))
            {
                return opening;
            }

            opening = OpenWithin(Events, CancellationToken.None);
            if (dead is { IsCompletedSuccessfully: true })
            {
                _ = Close(dead);
            }

            return opening;
        }
    }

#pragma warning disable RS0030 // The task has completed; this reads its value under the lock without waiting.
    private static bool IsAlive(Task<LibvirtConnection> opened) => opened.Result.IsAlive;
#pragma warning restore RS0030

    private async Task<LibvirtConnection> OpenWithin(DomainEvents? events, CancellationToken cancellationToken)
    {
        using var expiry = new CancellationTokenSource(options.OpenDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        return await LibvirtConnection.Open(Address, events, options, time, either.Token);
    }

    private Outcome<T> NotOpened<T>(Exception error, TimeSpan deadline) => error switch
    {
        TunnelException { IsTrust: true } => new Outcome<T>.Unknown($"{host.Host} could not be trusted or does not trust us. {error.Message}"),
        TunnelException => new Outcome<T>.Unknown($"{host.Host} could not be reached: {error.Message}."),
        LibvirtException => new Outcome<T>.Unknown($"{host.Host} did not open a libvirt connection: {error.Message}"),
        _ => NoAnswer<T>(deadline < options.OpenDeadline ? deadline : options.OpenDeadline),
    };

    private Outcome<T> NoAnswer<T>(TimeSpan deadline) =>
        new Outcome<T>.Unknown($"{host.Host} did not answer within {deadline.TotalSeconds:0.#} s.");
}
