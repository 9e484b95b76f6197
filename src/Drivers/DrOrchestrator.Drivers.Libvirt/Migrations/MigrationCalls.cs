using System.Collections.Concurrent;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Drivers.Libvirt.Connections;
using DrOrchestrator.Drivers.Libvirt.Domains;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Migrations;

/// <summary>
/// The calls that last as long as a migration, one thread and one connection each. A connection of
/// its own, since libvirtd serves few requests of one connection at a time, and a handful of migrations
/// would leave none for questions. Nothing here is needed to watch a migration; it only knows the
/// daemon's own word for a failure, which no later question gives.
/// </summary>
internal sealed class MigrationCalls : IDisposable
{
    private const int MostRemembered = 256;

    private readonly ConcurrentDictionary<MoveId, MigrationCall> calls = new();
    private readonly ConcurrentQueue<MoveId> ended = new();

    /// <summary>Starts the call, or gives the one under way for this move.</summary>
    public MigrationCall Begin(MigrationRequest request, LibvirtConnection connection, MigrationOrder order)
    {
        var call = new MigrationCall(connection);
        var kept = calls.GetOrAdd(request.Move, call);
        if (kept is { HasEnded: true })
        {
            calls[request.Move] = kept = call;
        }

        if (kept != call)
        {
            connection.Dispose();
            return kept;
        }

        call.Run(request, order, () => Forget(request.Move));
        return call;
    }

    /// <summary>libvirt's error, once the call of this process has ended with one.</summary>
    public LibvirtError? FailureOf(MoveId move) => calls.TryGetValue(move, out var call) ? call.Failure : null;

    /// <summary>Closes our ends; the daemons carry on.</summary>
    public void Dispose()
    {
        foreach (var call in calls.Values)
        {
            call.Dispose();
        }
    }

    private void Forget(MoveId move)
    {
        ended.Enqueue(move);
        while (ended.Count > MostRemembered && ended.TryDequeue(out var oldest))
        {
            if (calls.TryGetValue(oldest, out var call) && call.HasEnded)
            {
                calls.TryRemove(oldest, out _);
            }
        }
    }
}

/// <summary>One such call.</summary>
internal sealed class MigrationCall(LibvirtConnection connection) : IDisposable
{
    /// <summary>
    /// A post-copy that came to its end as a pre-copy would be handed over on libvirt's word alone (the README says what that is
    /// worth): with the least pause that QEMU takes, a guest that writes at all does not get there before it is switched.
    /// </summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);

    private Task<LibvirtError?> work = Task.FromResult<LibvirtError?>(null);

    public bool HasEnded { get; private set; }

    /// <summary>Null while it runs, and after a success.</summary>
    public LibvirtError? Failure { get; private set; }

    /// <summary>Ends when libvirt's call ends; the value is its error, null for a success.</summary>
    public Task<LibvirtError?> Work => work;

    public void Run(MigrationRequest request, MigrationOrder order, Action whenEnded) => work = Carry(request, order, whenEnded);

    public void Dispose() => connection.Dispose();

    private async Task<LibvirtError?> Carry(MigrationRequest request, MigrationOrder order, Action whenEnded)
    {
        try
        {
            await DedicatedThread.Run($"migrate {request.Vm.Name}", () =>
            {
                using var domain = DomainReader.Find(connection.Handle, request.Vm)
                    ?? throw new LibvirtException(new LibvirtError(ErrorCode.NoDomain, $"{request.Vm} is not on {request.Source.Host}"));

                // Storage may have taken its time, and this process may have stood still: what is sent now is sent under
                // the mark that was made for it, or not at all.
                if (CustodyMetadata.Read(domain) != new CustodyMetadata(request.Generation, request.Move))
                {
                    throw new LibvirtException(new LibvirtError(
                        ErrorCode.ResourceBusy, $"The metadata of {request.Vm} no longer names generation {request.Generation} of {request.Move}; a newer order stands"));
                }

                if ((request.Options.PostCopy ? ShortestPause : request.Options.MaxDowntime) is { } pause)
                {
                    Check.NotNegative(LibvirtNative.virDomainMigrateSetMaxDowntime(domain, (ulong)pause.TotalMilliseconds, 0));
                }

                order.Carry(domain);
                return true;
            });
        }
        catch (LibvirtException error)
        {
            Failure = error.Error;
        }
        catch (ObjectDisposedException)
        {
            Failure = new LibvirtError(ErrorCode.Rpc, "The driver was closed");
        }

        HasEnded = true;
        connection.Dispose();
        whenEnded();
        return Failure;
    }
}
