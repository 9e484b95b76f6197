using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Engine.Work;

/// <summary>
/// What this process saw of hosts lately, whoever looked: so that a diagnosis rests on more than one moment without waiting for the next ones. Kept in
/// memory; after a start there is none, and a diagnosis then looks several times itself.
/// </summary>
public sealed class LookHistory(TimeProvider clock)
{
    /// <summary>An older look says nothing of now.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    /// <summary>Looks kept of one host.</summary>
    private const int Most = 8;

    private readonly Lock gate = new();
    private readonly Dictionary<HostId, Seen> hosts = [];

    /// <param name="host">Which.</param>
    /// <param name="answered">Whether it answered.</param>
    /// <param name="copies">The copies that it named; null: it was not asked for them, or did not say.</param>
    public void Note(HostId host, bool answered, IReadOnlyList<VmCopy>? copies)
    {
        var now = clock.GetUtcNow();
        lock (gate)
        {
            if (!hosts.TryGetValue(host, out var seen))
            {
                hosts.Add(host, seen = new Seen());
            }

            seen.Looks.Add((now, answered));
            seen.Looks.RemoveRange(0, Math.Max(0, seen.Looks.Count - Most));
            if (copies is not null)
            {
                seen.Guests = [.. copies.Where(copy => copy.State is VmState.Running).Select(copy => copy.Vm)];
                seen.GuestsAt = now;
            }
        }
    }

    /// <summary>The fresh looks at one host.</summary>
    public AnswerCount Of(HostId host)
    {
        lock (gate)
        {
            return AnswerCount.Of([.. FreshOf(host).Select(look => look.Answered)]);
        }
    }

    /// <summary>The last fresh look at each of these hosts.</summary>
    public AnswerCount Last(IEnumerable<HostId> of)
    {
        lock (gate)
        {
            return AnswerCount.Of([.. of.Select(host => FreshOf(host).Select(look => (bool?)look.Answered).LastOrDefault()).OfType<bool>()]);
        }
    }

    /// <summary>The VMs that ran at a host when it last named its copies, but for those that another host has named since.</summary>
    public IReadOnlyList<VmRef> GuestsOf(HostId host)
    {
        lock (gate)
        {
            if (!hosts.TryGetValue(host, out var seen))
            {
                return [];
            }

            var elsewhere = hosts.Where(other => other.Key != host && other.Value.GuestsAt > seen.GuestsAt).SelectMany(other => other.Value.Guests).Select(vm => vm.Id).ToHashSet();
            return [.. seen.Guests.Where(vm => !elsewhere.Contains(vm.Id))];
        }
    }

    private IEnumerable<(DateTimeOffset At, bool Answered)> FreshOf(HostId host)
    {
        var from = clock.GetUtcNow() - Fresh;
        return hosts.TryGetValue(host, out var seen) ? seen.Looks.Where(look => look.At >= from) : [];
    }

    private sealed class Seen
    {
        public List<(DateTimeOffset At, bool Answered)> Looks { get; } = [];

        public IReadOnlyList<VmRef> Guests { get; set; } = [];

        public DateTimeOffset GuestsAt { get; set; }
    }
}
