namespace DrOrchestrator.Lab.Probe;

/// <summary>
/// Counts how often one VM was seen running on two hosts at once: two "running" answers from two
/// hosts whose query intervals overlap.
/// </summary>
/// <remarks>
/// An interval goes from before the question was sent to after its answer was read. Intervals that
/// only touch do not overlap, so one copy stopping and the other starting between two questions is
/// not counted. Coarser evidence, such as the same bucket of 100 ms, gives false alarms: a live
/// migration hands over within 34 to 184 ms.
/// </remarks>
public sealed class RunningLedger
{
    // Longer than the slowest answer worth waiting for: a late answer is compared this far back.
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Queue<Interval>> recent = [];
    private readonly SortedSet<string> hosts = new(StringComparer.Ordinal);

    public int Overlaps { get; private set; }

    public int Answers { get; private set; }

    public TimeSpan LongestQuery { get; private set; }

    public IReadOnlyCollection<string> HostsSeenRunning => hosts;

    public void Answered(string host, bool running, TimeSpan sent, TimeSpan received)
    {
        Answers++;
        if (received - sent > LongestQuery)
        {
            LongestQuery = received - sent;
        }

        if (!running)
        {
            return;
        }

        hosts.Add(host);
        var answer = new Interval(sent, received);
        foreach (var (other, answers) in recent)
        {
            if (other != host)
            {
                Overlaps += answers.Count(answer.Overlaps);
            }
        }

        Keep(host, answer);
    }

    private void Keep(string host, Interval answer)
    {
        if (!recent.TryGetValue(host, out var answers))
        {
            recent[host] = answers = new Queue<Interval>();
        }

        answers.Enqueue(answer);
        while (answers.Peek().Received < answer.Received - Kept)
        {
            answers.Dequeue();
        }
    }

    private readonly record struct Interval(TimeSpan Sent, TimeSpan Received)
    {
        public bool Overlaps(Interval other) => Sent < other.Received && other.Sent < Received;
    }
}
