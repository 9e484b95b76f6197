using System.Net.Sockets;

namespace DrOrchestrator.Lab.Probe;

/// <summary>
/// Asks every QEMU of every host, past libvirt, whether its guest runs.
/// </summary>
/// <remarks>
/// A round asks all copies of a VM before it reads any answer, so the query intervals of one round
/// overlap by construction: two copies that both run are seen in the first round that finds both
/// answering. A VM with one copy is asked seldom; with two, as in every migration, often.
/// </remarks>
internal sealed class QmpSampler(string stateFolder, IReadOnlyList<GuestObservation> guests, ObservationClock clock)
{
    private static readonly TimeSpan RoundForOneCopy = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan RoundForMoreCopies = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan LookForSockets = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<string, GuestObservation> byName = guests.ToDictionary(guest => guest.Name);
    private readonly List<QmpConnection> connections = [];
    private readonly Dictionary<string, TimeSpan> nextRound = [];

    public void Run(CancellationToken stop)
    {
        var nextLook = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            var now = clock.Elapsed;
            if (now >= nextLook)
            {
                FindSockets();
                nextLook = now + LookForSockets;
            }

            AskWhoIsDue();
            var until = nextRound.Values.Append(nextLook).Min();
            ReadAnswersUntil(until);
        }

        foreach (var connection in connections)
        {
            connection.Dispose();
        }
    }

    // hosts/<host>/qmp/<vm>.sock
    private void FindSockets()
    {
        foreach (var host in Directory.EnumerateDirectories(Path.Combine(stateFolder, "hosts")))
        {
            var folder = Path.Combine(host, "qmp");
            if (!Directory.Exists(folder))
            {
                continue;
            }

            foreach (var path in Directory.EnumerateFiles(folder, "*.sock"))
            {
                var vm = Path.GetFileNameWithoutExtension(path);
                if (byName.ContainsKey(vm) && !connections.Exists(c => c.Path == path)
                    && QmpConnection.TryOpen(Path.GetFileName(host), vm, path) is { } connection)
                {
                    connections.Add(connection);
                }
            }
        }
    }

    private void AskWhoIsDue()
    {
        foreach (var copies in connections.GroupBy(connection => connection.Vm).ToList())
        {
            var now = clock.Elapsed;
            if (nextRound.TryGetValue(copies.Key, out var due) && due > now)
            {
                continue;
            }

            nextRound[copies.Key] = now + (copies.Skip(1).Any() ? RoundForMoreCopies : RoundForOneCopy);
            foreach (var copy in copies.Where(copy => copy.CanAsk))
            {
                if (!copy.Ask(clock.Elapsed))
                {
                    Close(copy);
                }
            }
        }
    }

    private void ReadAnswersUntil(TimeSpan until)
    {
        do
        {
            var wait = until - clock.Elapsed;
            if (wait < TimeSpan.Zero)
            {
                wait = TimeSpan.Zero;
            }

            if (connections.Count == 0)
            {
                // Nothing to wait on: the stop is seen after at most one look for sockets.
                Thread.CurrentThread.Join(wait);
                return;
            }

            var readable = connections.ConvertAll(connection => connection.Socket);
            Socket.Select(readable, null, null, wait);
            foreach (var connection in connections.Where(c => readable.Contains(c.Socket)).ToList())
            {
                if (!connection.Read(running => Accept(connection, running)))
                {
                    Close(connection);
                }
            }
        }
        while (clock.Elapsed < until);
    }

    private void Accept(QmpConnection connection, bool running)
    {
        if (connection.AskedAt is { } asked)
        {
            byName[connection.Vm].QmpAnswered(connection.Host, running, asked, clock.Elapsed);
        }
    }

    private void Close(QmpConnection connection)
    {
        connections.Remove(connection);
        connection.Dispose();
    }
}
