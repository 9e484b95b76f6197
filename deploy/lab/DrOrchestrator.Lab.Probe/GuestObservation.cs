using System.Net;

namespace DrOrchestrator.Lab.Probe;

/// <summary>Everything gathered about one guest by all probers and the sampler.</summary>
public sealed class GuestObservation(string name, IPAddress address, IEnumerable<string> probes, bool restartExpected)
{
    // How many questions back an answer is still accepted; at 20 ms each, 80 s.
    private const int QuestionsKept = 4096;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Stream> streams = probes.ToDictionary(probe => probe, _ => new Stream());
    private readonly SilenceMeter everywhere = new();
    private readonly IdentityLedger identity = new();
    private readonly RunningLedger running = new();
    private long sent;
    private long received;

    public string Name => name;

    public IPAddress Address => address;

    public void ProbeSent(string probe, long sequence)
    {
        lock (gate)
        {
            sent++;
            streams[probe].Asked[sequence % QuestionsKept] = (sequence, identity.WhenAsked());
        }
    }

    public void ReplyReceived(string probe, long sequence, string bootId, long ticks, TimeSpan at)
    {
        lock (gate)
        {
            var (asked, known) = streams[probe].Asked[sequence % QuestionsKept];
            if (asked != sequence)
            {
                return;
            }

            received++;
            streams[probe].Silence.Heard(at);
            everywhere.Heard(at);
            identity.Answered(known, bootId, ticks);
        }
    }

    public void QmpAnswered(string host, bool isRunning, TimeSpan sentAt, TimeSpan receivedAt)
    {
        lock (gate)
        {
            running.Answered(host, isRunning, sentAt, receivedAt);
        }
    }

    public GuestReport Report(TimeSpan now)
    {
        lock (gate)
        {
            var silences = streams.ToDictionary(s => s.Key, s => s.Value.Silence.Longest(now));
            var worst = silences.Values.OfType<Silence>().MaxBy(s => s.Length);
            var heard = received > 0;
            var sampled = running.Answers > 0;
            return new GuestReport
            {
                Name = name,
                MaxSilenceSeconds = Seconds(worst?.Length),
                SilenceAt = Seconds(worst?.Since),
                MaxSilenceEverywhereSeconds = Seconds(everywhere.Longest(now)?.Length),
                MaxSilenceSecondsByProbe = silences.ToDictionary(s => s.Key, s => Seconds(s.Value?.Length)),
                ProbesSent = sent,
                RepliesReceived = received,
                BootIds = heard ? identity.BootIds.Count : null,
                BootIdChanges = heard ? identity.BootIdChanges : null,
                BootIdReturns = heard ? identity.BootIdReturns : null,
                CounterWentBack = heard ? identity.CounterWentBack : null,
                RunningOverlaps = sampled ? running.Overlaps : null,
                HostsSeenRunning = sampled ? running.HostsSeenRunning : null,
                QmpAnswers = sampled ? running.Answers : null,
                LongestQuerySeconds = sampled ? Seconds(running.LongestQuery) : null,
                // None seen is only said where both ways of seeing one worked: a copy that answers nobody shows in QMP alone.
                Duplicates = Duplicates() is > 0 and var seen ? seen : heard && sampled ? 0 : null,
            };
        }
    }

    // A restart that was asked for changes the boot id once; that an old one comes back never belongs
    // to a restart.
    private int Duplicates() =>
        running.Overlaps + identity.CounterWentBack + (restartExpected ? identity.BootIdReturns : identity.BootIdChanges);

    private static double? Seconds(TimeSpan? span) => span is { } s ? Math.Round(s.TotalSeconds, 4) : null;

    private sealed class Stream
    {
        public SilenceMeter Silence { get; } = new();

        public (long Sequence, IdentityLedger.Known Known)[] Asked { get; } = NoQuestions();

        private static (long, IdentityLedger.Known)[] NoQuestions()
        {
            var asked = new (long, IdentityLedger.Known)[QuestionsKept];
            Array.Fill(asked, (-1, default));
            return asked;
        }
    }
}
