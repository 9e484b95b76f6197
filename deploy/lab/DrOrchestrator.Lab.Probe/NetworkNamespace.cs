using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DrOrchestrator.Lab.Probe;

/// <summary>
/// Opens sockets inside a network namespace. A socket belongs to the namespace it was made in, so a
/// thread that enters, makes the socket and ends is enough, and the probes of all sites live in one
/// process with one clock.
/// </summary>
internal static partial class NetworkNamespace
{
    private const int CloneNewNet = 0x40000000;

    public static Socket OpenUdpSocket(string name)
    {
        Socket? socket = null;
        ExceptionDispatchInfo? failure = null;
        // Never a pool thread: it would stay in the namespace and take other work along.
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle($"/run/netns/{name}");
                if (SetNamespace(file, CloneNewNet) != 0)
                {
                    throw new Win32Exception(Marshal.GetLastPInvokeError(), $"cannot enter network namespace {name}");
                }

                socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                socket.Bind(new IPEndPoint(IPAddress.Any, 0));
            }
            catch (Exception exception) when (exception is IOException or Win32Exception or UnauthorizedAccessException)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return socket!;
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle file, int type);
}
