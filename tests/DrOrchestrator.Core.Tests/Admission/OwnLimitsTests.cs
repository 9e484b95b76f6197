using CsCheck;
using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using Xunit;
using static DrOrchestrator.Core.Admission.AdmissionEvent;
using static DrOrchestrator.Core.Admission.AdmissionMessage;
using static DrOrchestrator.Core.Tests.Admission.AdmissionStory;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Admission;

/// <summary>What hosts and hypervisors allow of themselves, over all runs.</summary>
public sealed class OwnLimitsTests
{
    private static OwnLimits B1Takes(int most) => new([new HostOwnLimit(new HostId("b1"), "libvirt", most)], []);

    private static OwnLimits LibvirtTakes(int most) =>
        new([new HostOwnLimit(new HostId("a1"), "libvirt", null), new HostOwnLimit(new HostId("b1"), "libvirt", null)], [new HypervisorLimit("libvirt", most)]);

    private static Testing.Spec With(OwnLimits own) => Fresh.When(new SetLimits(Wide, Night, own)).ThenEvents(typeof(LimitsSet));

    private static WantedSlot Driven(WantedSlot slot, string from, string to) => slot with { FromDriver = from, ToDriver = to };

    [Fact]
    public void Two_runs_send_no_more_to_one_host_than_it_allows()
    {
        var first = With(B1Takes(2)).When(States(One, 1, [Want(One, 1), Want(One, 2)])).ThenGoOn();

        var second = first.When(States(Two, 1, [Want(Two, 3, from: "a2"), Want(Two, 4, from: "a2"), Want(Two, 5, from: "a2", to: "b2")])).ThenGoOn();
        Assert.Equal(["run-1/vm-1/1", "run-1/vm-2/1", "run-2/vm-5/1"], second.Held());

        var freed = second.When(States(One, 2, released: [Ended(One, 1)], heard: 2)).ThenGoOn();
        Assert.Equal(["run-1/vm-2/1", "run-2/vm-3/1", "run-2/vm-5/1"], freed.Held());
    }

    [Fact]
    public void What_leaves_a_host_and_what_comes_count_together()
    {
        var off = With(B1Takes(1)).When(States(One, 1, [Want(One, 1, from: "b1", to: "a1")])).ThenGoOn();

        Assert.Equal(["run-1/vm-1/1"], off.When(States(Two, 1, [Want(Two, 2, from: "a2", to: "b1")])).ThenGoOn().Held());
    }

    [Fact]
    public void A_hypervisors_limit_counts_over_all_its_hosts_and_a_move_within_it_once()
    {
        var limited = With(LibvirtTakes(2));
        var within = limited.When(States(One, 1, [Driven(Want(One, 1), "libvirt", "libvirt"), Driven(Want(One, 2), "libvirt", "libvirt")])).ThenGoOn();
        Assert.Equal(2, within.Held().Length);

        Assert.Equal(2, within.When(States(Two, 1, [Driven(Want(Two, 3, from: "a7", to: "b7"), "other", "libvirt")])).ThenGoOn().Held().Length);
        Assert.Equal(3, within.When(States(Two, 1, [Driven(Want(Two, 3, from: "a7", to: "b7"), "other", "other")])).ThenGoOn().Held().Length);
    }

    [Fact]
    public void A_slot_that_does_not_say_its_drivers_counts_against_those_of_its_hosts()
    {
        var first = With(LibvirtTakes(1)).When(States(One, 1, [Want(One, 1)])).ThenGoOn();

        Assert.Equal(["run-1/vm-1/1"], first.When(States(Two, 1, [Want(Two, 2, from: "a2")])).ThenGoOn().Held());
    }

    [Fact]
    public void Are_recorded_when_they_change_and_kept_when_a_server_of_before_says_none()
    {
        var limited = With(B1Takes(1));
        limited.When(new SetLimits(Wide, Night, B1Takes(1))).ThenNothing();
        limited.When(new SetLimits(Wide, Night)).ThenNothing();
        Assert.Single(limited.When(new SetLimits(Wide with { Total = 7 }, Night)).ThenGoOn().StateOf<AdmissionState>().Hosts);

        var waiting = limited.When(States(One, 1, [Want(One, 1), Want(One, 2)])).ThenGoOn();
        Assert.Single(waiting.Held());
        Assert.Equal(2, waiting.When(new SetLimits(Wide, Night, OwnLimits.None)).ThenEvents(typeof(LimitsSet), typeof(SlotsDecided)).Held().Length);
    }

    [Fact]
    public void An_inventory_names_the_hosts_that_have_a_limit_or_share_one()
    {
        var (libvirt, other) = (B1 with { Driver = "libvirt" }, A1 with { Driver = "other" });
        var rules = FleetRules.None with { Hosts = [new HostLimit(other.Host, null, 3), new HostLimit(libvirt.Host, Bandwidth.FromMegabitsPerSecond(100), null)] };

        Assert.Equal([new HostOwnLimit(other.Host, "other", 3)], OwnLimits.Of([other, libvirt], rules).Hosts);
        var shared = OwnLimits.Of([other, libvirt], rules with { Hypervisors = [new HypervisorLimit("libvirt", 5)] });
        Assert.Equal([new HostOwnLimit(other.Host, "other", 3), new HostOwnLimit(libvirt.Host, "libvirt", null)], shared.Hosts);
    }

    /// <summary>Counted by plain counting over what is held, whatever runs say and in whatever order moves end.</summary>
    [Fact]
    public void No_limit_is_ever_exceeded_and_none_of_what_waits_would_fit() => Gen.Int.Sample(
        seed =>
        {
            var random = new Random(seed);
            (string Name, string Site, string Driver)[] hosts = [.. Enumerable.Range(1, 6).Select(number => ($"{"ab"[number % 2]}{number}", number % 2 == 0 ? "A" : "B", random.Next(3) == 0 ? "other" : "libvirt"))];
            var limits = new FleetLimits(random.Next(2, 9), random.Next(2, 9), random.Next(2, 9), random.Next(1, 5), random.Next(1, 5));
            var own = new OwnLimits(
                [.. hosts.Select(host => new HostOwnLimit(new HostId(host.Name), host.Driver, random.Next(2) == 0 ? random.Next(1, 5) : null))],
                [.. new[] { "libvirt", "other" }.Where(_ => random.Next(2) == 0).Select(driver => new HypervisorLimit(driver, random.Next(1, 6)))]);
            var spec = Fresh.When(new SetLimits(limits, Night, own)).ThenGoOn();
            var numbers = new Dictionary<RunId, int>();
            for (var step = 0; step < 40; step++)
            {
                var run = random.Next(2) == 0 ? One : Two;
                var slots = spec.StateOf<AdmissionState>().Runs.GetValueOrDefault(run.Value) ?? new RunSlots(0);
                WantedSlot[] wants = [.. Enumerable.Range(0, random.Next(4)).Select(index => Wish(run, (step * 10) + index))];
                ReleasedSlot[] released = [.. slots.Held.Values.Concat(slots.Wanted).Where(_ => random.Next(4) == 0).Select(slot => new ReleasedSlot(slot.Move, random.Next(2) == 0))];
                numbers[run] = numbers.GetValueOrDefault(run) + 1;
                spec = spec.When(States(run, numbers[run], wants, released, heard: slots.Grants)).ThenGoOn();

                var state = spec.StateOf<AdmissionState>();
                WantedSlot[] held = [.. state.Held];
                Assert.Empty(Over(held));
                Assert.All(state.Runs.Values.SelectMany(each => each.Wanted), waiting => Assert.NotEmpty(Over([.. held, waiting])));
            }

            WantedSlot Wish(RunId run, int number)
            {
                var ends = random.GetItems(hosts, 2);
                var (from, to) = ends[0] == ends[1] ? (hosts[0], hosts[1]) : (ends[0], ends[1]);
                var slot = Want(run, number, from.Name, to.Name);
                return random.Next(4) == 0 ? slot : Driven(slot, from.Driver, to.Driver);
            }

            IEnumerable<string> Over(WantedSlot[] held)
            {
                string DriverOf(HostId host) => hosts.First(one => one.Name == host.Value).Driver;
                IEnumerable<string> Above(string what, IEnumerable<string> of, Func<string, int?> most) =>
                    of.CountBy(one => one).Where(count => count.Value > (most(count.Key) ?? int.MaxValue)).Select(count => $"{what} {count.Key}: {count.Value}");
                return
                [
                    .. Above("all", held.Select(_ => ""), _ => limits.Total),
                    .. Above("site", held.SelectMany(slot => new[] { slot.FromSite.Value, slot.ToSite.Value }.Distinct()), _ => limits.PerSite),
                    .. Above("link", held.Select(slot => string.Join('-', new[] { slot.FromSite.Value, slot.ToSite.Value }.Order())), _ => limits.PerLink),
                    .. Above("out of", held.Select(slot => slot.Source.Value), _ => limits.OutOfHost),
                    .. Above("into", held.Select(slot => slot.Destination.Value), _ => limits.IntoHost),
                    .. Above("host", held.SelectMany(slot => new[] { slot.Source.Value, slot.Destination.Value }), host => own.Hosts.First(limit => limit.Host.Value == host).AtOnce),
                    .. Above("hypervisor", held.SelectMany(slot => new[] { DriverOf(slot.Source), DriverOf(slot.Destination) }.Distinct()),
                        driver => own.Hypervisors.FirstOrDefault(limit => limit.Driver == driver)?.MigrationsAtOnce),
                ];
            }
        },
        iter: 300);
}
