using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace DrOrchestrator.Lab.Probe;

/// <summary>
/// One guest's QMP socket on one host. Never blocks: a frozen QEMU leaves its question open, and
/// everything else goes on.
/// </summary>
internal sealed class QmpConnection : IDisposable
{
    private static readonly byte[] Negotiate = Encoding.ASCII.GetBytes("{\"execute\":\"qmp_capabilities\"}\n");
    private static readonly byte[] QueryStatus = Encoding.ASCII.GetBytes("{\"execute\":\"query-status\",\"id\":\"s\"}\n");

    private readonly byte[] buffer = new byte[16384];
    private int filled;
    private bool ready;

    private QmpConnection(string host, string vm, string path, Socket socket) =>
        (Host, Vm, Path, Socket) = (host, vm, path, socket);

    public string Host { get; }

    public string Vm { get; }

    public string Path { get; }

    public Socket Socket { get; }

    /// <summary>When the open question was sent; null when there is none.</summary>
    public TimeSpan? AskedAt { get; private set; }

    public bool CanAsk => ready && AskedAt is null;

    /// <summary>Null when nothing listens there (a power cut leaves the file) or its backlog is full.</summary>
    public static QmpConnection? TryOpen(string host, string vm, string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return new QmpConnection(host, vm, path, socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    /// <returns>False when the other end is gone.</returns>
    public bool Ask(TimeSpan now)
    {
        AskedAt = now;
        return Send(QueryStatus);
    }

    /// <param name="answered">Called with whether the VM runs, for each answer.</param>
    /// <returns>False when the other end is gone.</returns>
    public bool Read(Action<bool> answered)
    {
        try
        {
            var size = Socket.Receive(buffer, filled, buffer.Length - filled, SocketFlags.None);
            filled += size;
            return size > 0 && TakeLines(answered);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
        {
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private bool TakeLines(Action<bool> answered)
    {
        var start = 0;
        while (buffer.AsSpan(start, filled - start).IndexOf((byte)'\n') is var length and >= 0)
        {
            if (!TakeLine(buffer.AsMemory(start, length), answered))
            {
                return false;
            }

            start += length + 1;
        }

        buffer.AsSpan(start, filled - start).CopyTo(buffer);
        filled -= start;
        // No line of QMP is this long; an endless one is not QMP.
        return filled < buffer.Length;
    }

    private bool TakeLine(ReadOnlyMemory<byte> line, Action<bool> answered)
    {
        using var document = JsonDocument.Parse(line);
        var message = document.RootElement;
        if (message.TryGetProperty("QMP", out _))
        {
            return Send(Negotiate);
        }

        if (message.TryGetProperty("id", out _))
        {
            if (message.TryGetProperty("return", out var status))
            {
                answered(status.GetProperty("running").GetBoolean());
            }

            AskedAt = null;
        }
        else if (message.TryGetProperty("return", out _))
        {
            ready = true;
        }

        return true; // anything else is an event
    }

    private bool Send(byte[] line)
    {
        try
        {
            return Socket.Send(line) == line.Length;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose() => Socket.Dispose();
}
