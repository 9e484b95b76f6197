using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers;
using DrOrchestrator.Engine.Ports;

namespace DrOrchestrator.Engine.Work;

/// <summary>
/// Gathers what a diagnosis is made of. Changes nothing anywhere. A host that answers now and answered in the last minute is known to be steady after this
/// one look, so that an alert without hold-down waits for nothing; any other is looked at again over a few seconds, and its guests and other hosts
/// are asked meanwhile.
/// </summary>
internal sealed class HostSurvey(Observer observer, IDrivers drivers, IInventory inventory, TimeProvider clock)
{
    /// <summary>Further looks, the first after one pause, the second after two.</summary>
    private const int FurtherLooks = 2;

    /// <summary>Guests, hosts of the site and hosts elsewhere that are asked at most, of each.</summary>
    private const int Sample = 8;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task<HostObservations> Of(HostId host, CancellationToken cancellationToken)
    {
        var endpoint = inventory.Hosts.FirstOrDefault(known => known.Host == host);
        if (endpoint is null)
        {
            return HostObservations.NotInInventory;
        }

        HostEndpoint[] site = [.. Spread([.. inventory.Hosts.Where(other => other.Site == endpoint.Site && other.Host != host)])];
        HostEndpoint[] elsewhere = [.. Spread([.. inventory.Hosts.Where(other => other.Site != endpoint.Site)])];
        var before = observer.Seen.Of(host);
        var first = await observer.Observe(endpoint, cancellationToken);
        if (first.Answered && before.Asked > 0 && before.Answered == before.Asked)
        {
            return new HostObservations(
                true, endpoint.Site, Joined(before, [first]), AnswerCount.None, Remembered(site), Remembered(elsewhere), null, Describe(first));
        }

        var guests = AskGuests(Spread(observer.Seen.GuestsOf(host)), cancellationToken);
        var neighbours = Ask(site, cancellationToken);
        var others = Ask(elsewhere, cancellationToken);
        HostObservation[] looks = [first, .. await Task.WhenAll(Enumerable.Range(1, FurtherLooks).Select(number => LookLater(endpoint, number * Pause, cancellationToken)))];

        // What was seen before is no sign of life of a host that is silent now.
        var answers = looks.Any(look => look.Answered) ? before : AnswerCount.None;
        return new HostObservations(
            true, endpoint.Site, Joined(answers, looks), await guests, await neighbours, await others,
            looks.LastOrDefault(look => !look.Answered)?.Silence, Describe(looks.LastOrDefault(look => look.Answered)));
    }

    private static AnswerCount Joined(AnswerCount before, HostObservation[] looks) =>
        new(before.Answered + looks.Count(look => look.Answered), before.Asked + looks.Length);

    private static string Describe(HostObservation? look) => look?.Facts is { } facts
        ? $"{facts.Hypervisor}, {facts.MemoryFree} of {facts.MemoryTotal} free, {look.Copies.Count(copy => copy.State is VmState.Running)} VMs running"
        : "";

    /// <summary>A bounded part of a list from all over it, the same whenever it is asked for: neighbours in a list may share a rack.</summary>
    private static IEnumerable<T> Spread<T>(IReadOnlyList<T> all) =>
        all.Count <= Sample ? all : Enumerable.Range(0, Sample).Select(index => all[index * all.Count / Sample]);

    private AnswerCount Remembered(IEnumerable<HostEndpoint> hosts) => observer.Seen.Last(hosts.Select(host => host.Host));

    private async Task<HostObservation> LookLater(HostEndpoint host, TimeSpan wait, CancellationToken cancellationToken)
    {
        await Task.Delay(wait, clock, cancellationToken);
        return await observer.Observe(host, cancellationToken);
    }

    private async Task<AnswerCount> Ask(IEnumerable<HostEndpoint> hosts, CancellationToken cancellationToken) =>
        AnswerCount.Of(await Task.WhenAll(hosts.Select(async host => await observer.Ask(host, cancellationToken) is null)));

    private async Task<AnswerCount> AskGuests(IEnumerable<VmRef> guests, CancellationToken cancellationToken) => AnswerCount.Of(await Task.WhenAll(
        guests.Select(vm => (vm, check: inventory.CheckOf(vm))).Where(entry => entry.check is not null)
            .Select(async entry => await drivers.Guests.Observe(entry.vm, entry.check!, cancellationToken) is Outcome<GuestObservation>.Done)));
}
