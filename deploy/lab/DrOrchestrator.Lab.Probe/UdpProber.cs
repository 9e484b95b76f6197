using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DrOrchestrator.Lab.Probe;

/// <summary>
/// A client inside a site: asks every guest every few milliseconds over UDP and hands the answers
/// over. One thread, waiting in poll for an answer or the next round, so no answer's time is late by
/// more than the machine's own scheduling.
/// </summary>
internal sealed class UdpProber(
    string probe, Socket socket, IReadOnlyList<GuestObservation> guests, TimeSpan interval, TimeSpan firstRound, ObservationClock clock)
{
    private readonly Dictionary<IPAddress, GuestObservation> byAddress = guests.ToDictionary(guest => guest.Address);
    private readonly byte[] buffer = new byte[2048];
    private long sequence;

    /// <summary>The longest time by which a round came late.</summary>
    public TimeSpan LongestStall { get; private set; }

    public void Run(CancellationToken stop)
    {
        socket.Blocking = false;
        var nextRound = clock.Elapsed + firstRound;
        while (!stop.IsCancellationRequested)
        {
            var now = clock.Elapsed;
            if (now >= nextRound)
            {
                LongestStall = now - nextRound > LongestStall ? now - nextRound : LongestStall;
                AskEveryGuest();
                // A missed round is not made up for: a burst would only say that we were late.
                nextRound = now - nextRound > interval ? now + interval : nextRound + interval;
            }

            var wait = nextRound - clock.Elapsed;
            if (wait > TimeSpan.Zero && socket.Poll(wait, SelectMode.SelectRead))
            {
                ReadAnswers();
            }
        }
    }

    private void AskEveryGuest()
    {
        sequence++;
        var question = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"p {sequence}"));
        foreach (var guest in guests)
        {
            guest.ProbeSent(probe, sequence);
            try
            {
                socket.SendTo(question, new IPEndPoint(guest.Address, 7));
            }
            catch (SocketException)
            {
                // No route, no neighbour, full buffer: the guest was asked and will not answer, which
                // is what its silence says.
            }
        }
    }

    private void ReadAnswers()
    {
        try
        {
            while (socket.Available > 0)
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                var size = socket.ReceiveFrom(buffer, ref from);
                var at = clock.Elapsed;
                if (byAddress.TryGetValue(((IPEndPoint)from).Address, out var guest))
                {
                    Accept(guest, Encoding.ASCII.GetString(buffer, 0, size), at);
                }
            }
        }
        catch (SocketException)
        {
            // An ICMP error for an earlier question; reading it clears it.
        }
    }

    // "p <sequence> <boot> <ticks> <monotonic us> <journal sequence>"
    private void Accept(GuestObservation guest, string answer, TimeSpan at)
    {
        var words = answer.Split(' ');
        if (words.Length >= 4 && words[0] == "p"
            && long.TryParse(words[1], CultureInfo.InvariantCulture, out var answered)
            && long.TryParse(words[3], CultureInfo.InvariantCulture, out var ticks))
        {
            guest.ReplyReceived(probe, answered, words[2], ticks, at);
        }
    }
}
