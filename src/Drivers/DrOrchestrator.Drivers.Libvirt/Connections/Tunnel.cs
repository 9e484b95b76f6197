using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace DrOrchestrator.Drivers.Libvirt.Connections;

/// <summary>
/// Carries libvirt's bytes between a private UNIX socket, which the library opens, and the host.
/// <para>
/// Why not let the library connect: opening a connection to a frozen host hangs for ever (its kernel
/// accepts, its daemon never greets), libvirt's keepalive begins only after the greeting, and the
/// library offers no deadline and no way to cancel. A thread given up on would leak for as long as the
/// host stays frozen. Closing this tunnel instead ends whatever hangs in the library, open or call,
/// at once and with a clear error, so no thread is ever abandoned. A loopback TCP forwarder does that too,
/// but would break the host name check of TLS; here TLS ends in this process, against the real name.
/// Only control traffic passes here: a peer-to-peer migration's data goes from host to host.
/// </para>
/// </summary>
internal sealed class Tunnel : IDisposable
{
    private readonly TimeProvider time;
    private readonly Stream host;
    private readonly DirectoryInfo folder;
    private readonly Socket listener;
    private readonly CancellationTokenSource closing = new();
    private Socket? library;
    private long lastHeard;

    private Tunnel(TimeProvider time, Stream host)
    {
        this.time = time;
        this.host = host;
        lastHeard = time.GetTimestamp();

        // Only this user may enter the folder, so nobody else can take the one place at the socket.
        folder = Directory.CreateTempSubdirectory("dro-");
        SocketPath = Path.Combine(folder.FullName, "s");
        listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        listener.Listen(1);
    }

    /// <summary>Where the library has to connect, once.</summary>
    public string SocketPath { get; }

    /// <summary>How long ago the host last sent anything; keepalive answers count.</summary>
    public TimeSpan Silence => time.GetElapsedTime(Interlocked.Read(ref lastHeard));

    /// <exception cref="TunnelException">The host cannot be reached, or one of the two does not accept the other's certificate.</exception>
    public static async Task<Tunnel> Open(LibvirtAddress address, TimeProvider time, CancellationToken cancellationToken)
    {
        Stream? stream = null;
        try
        {
            stream = await Connect(address, cancellationToken);
            if (address is LibvirtAddress.Tls tls)
            {
                stream = await Secure(stream, tls, cancellationToken);
            }

            var tunnel = new Tunnel(time, stream);
            stream = null;
            _ = tunnel.Carry();
            return tunnel;
        }
        catch (SocketException error)
        {
            throw new TunnelException(error.Message, mayBeAnswered: false, error);
        }
        catch (Exception error) when (error is AuthenticationException or IOException or System.Security.Cryptography.CryptographicException)
        {
            throw new TunnelException($"The encrypted connection failed: {error.InnerException?.Message ?? error.Message}", mayBeAnswered: true, error);
        }
        finally
        {
            stream?.Dispose();
        }
    }

    /// <summary>Ends the connection from our side; whatever waits on it in the library ends with an error.</summary>
    public void Dispose()
    {
        closing.Cancel();
        listener.Dispose();
        library?.Dispose();
        host.Dispose();
        try
        {
            folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // Already gone: Dispose may run from two sides.
        }
    }

    private static async Task<Stream> Connect(LibvirtAddress address, CancellationToken cancellationToken)
    {
        var socket = address is LibvirtAddress.Local
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            switch (address)
            {
                case LibvirtAddress.Local local:
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(local.Path), cancellationToken);
                    break;
                case LibvirtAddress.Tcp tcp:
                    await socket.ConnectAsync(tcp.Host, tcp.Port, cancellationToken);
                    break;
                case LibvirtAddress.Tls tls:
                    await socket.ConnectAsync(tls.Host, tls.Port, cancellationToken);
                    break;
            }

            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> Secure(Stream plain, LibvirtAddress.Tls address, CancellationToken cancellationToken)
    {
        var secured = new SslStream(plain);
        try
        {
            await secured.AuthenticateAsClientAsync(TlsIdentity.OptionsFor(address), cancellationToken);

            // After the handshake the daemon judges our certificate and says so with one byte (libvirt's
            // virNetClientSetTLSSession); the library, which believes in a plain socket, must not see it.
            var verdict = new byte[1];
            if (await secured.ReadAsync(verdict, cancellationToken) != 1 || verdict[0] != 1)
            {
                throw new AuthenticationException("the host does not accept this machine's certificate");
            }

            return secured;
        }
        catch
        {
            await secured.DisposeAsync();
            throw;
        }
    }

    private async Task Carry()
    {
        try
        {
            library = await listener.AcceptAsync(closing.Token);
            listener.Dispose();
            await using var local = new NetworkStream(library, ownsSocket: true);
            await Task.WhenAny(
                Copy(local, host, heard: false),
                Copy(host, local, heard: true));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Closed before the library came, or while it did: Dispose says the rest.
        }
        finally
        {
            Dispose();
        }
    }

    private async Task Copy(Stream from, Stream to, bool heard)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, closing.Token) is > 0 and var length)
            {
                if (heard)
                {
                    Interlocked.Exchange(ref lastHeard, time.GetTimestamp());
                }

                await to.WriteAsync(buffer.AsMemory(0, length), closing.Token);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone; the caller closes the other, and the library reports it to whoever waits.
        }
    }
}

/// <summary>A host could not be reached. <paramref name="mayBeAnswered"/>: somebody did answer, and the trouble is trust.</summary>
internal sealed class TunnelException(string message, bool mayBeAnswered, Exception inner) : Exception(message, inner)
{
    public bool IsTrust => mayBeAnswered;
}
