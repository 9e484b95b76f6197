using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Server.Configuration;
using Xunit;

namespace DrOrchestrator.Server.Tests.Configuration;

public sealed class InventoryTests
{
    private const string Whole = """
        version: 1
        sites:
          - name: A
          - name: B
        hosts:
          - name: a1
            site: A
            driver: libvirt
            address: qemu+tls://a1/system
            migrationAddress: 10.8.0.11
            peerAddress: qemu+tls://10.8.0.11/system
            alertNames: [a1.example.org]
            migrationMegabits: 10000
          - { name: b1, site: B, driver: libvirt, address: "qemu+tls://b1/system", migrationsAtOnce: 2 }
        hypervisors:
          - { driver: libvirt, migrationsPerHost: 4, migrationsAtOnce: 32 }
        links:
          - { from: A, to: B, bandwidthMegabits: 1000 }
        vms:
          - { vm: web 1, priority: 10 }
          - { vm: u7, dirtyMegabits: 400 }
        groups:
          - { name: pair, rule: apart-by-host, vms: [web 1, u7] }
          - { name: ghosts, rule: together-at-site, vms: [web 1, nobody] }
        guestChecks:
          default:
            url: http://{name}.vms.example.org/status
          vms:
            - vm: web 1
              url: https://{id}.example.org/health
              counterField: null
            - vm: appliance
              check: none
        """;

    [Fact]
    public void Says_what_hosts_and_VMs_should_be_like()
    {
        var text = Whole.Replace("migrationsAtOnce: 2 }", "migrationsAtOnce: 2, cpus: 32, memoryMebibytes: 65536, cpuModel: EPYC }", StringComparison.Ordinal)
            .Replace("priority: 10 }", "priority: 10, home: a1 }", StringComparison.Ordinal);

        var declared = YamlInventory.Parse("inventory.yaml", $"{text}\neveryVmIsNamed: true\n").Declared;

        Assert.True(declared.EveryVm);
        Assert.Equal(new(new HostId("b1"), 32, Bytes.FromMebibytes(65536), "EPYC"), Assert.Single(declared.Hosts));
        Assert.Equal(new HostId("a1"), declared.Vms.Single(vm => vm.Name == "web 1").Home);
        Assert.Contains("There is no host z9.", Assert.Throws<ConfigurationException>(() => YamlInventory.Parse("inventory.yaml", text.Replace("home: a1", "home: z9", StringComparison.Ordinal))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_site_may_have_as_many_sick_hosts_as_all_unless_it_is_said_otherwise()
    {
        static YamlInventory With(string brakes) => YamlInventory.Parse("inventory.yaml", $"{Whole}\nbrakes: {brakes}\n");

        Assert.Equal(7, With("{ maxSickHosts: 7 }").Brakes.SickHostsPerSite);
        var both = With("{ maxSickHosts: 7, maxSickHostsPerSite: 2 }").Brakes;
        Assert.Equal((7, 2), (both.MaxSickHosts, both.SickHostsPerSite));
    }

    [Fact]
    public void The_brakes_are_as_written_and_elsewhere_as_usual()
    {
        var brakes = YamlInventory.Parse("inventory.yaml", Whole + "\nbrakes: { maxSickHosts: 7, flappingEpisodes: 4, flappingQuietSeconds: 60 }\n", ["libvirt"]).Brakes;

        Assert.Equal(BrakeRules.Default with { MaxSickHosts = 7, FlappingEpisodes = 4, FlappingQuiet = TimeSpan.FromMinutes(1) }, brakes);
    }

    [Fact]
    public void A_whole_inventory_is_read()
    {
        var inventory = YamlInventory.Parse("inventory.yaml", Whole, ["libvirt"]);

        Assert.Equal(
            new HostEndpoint(new HostId("a1"), new SiteId("A"), "libvirt", "qemu+tls://a1/system", "10.8.0.11", "qemu+tls://10.8.0.11/system"), inventory.Hosts[0]);
        Assert.Equal(125_000_000, inventory.Links[0].Bandwidth.BytesPerSecond);
        Assert.Equal(new HostId("a1"), inventory.Find("A1.EXAMPLE.org"));
        Assert.Null(inventory.Find("a2"));
        Assert.Equal(64, inventory.ContentHash.Length);
    }

    [Fact]
    public void Limits_over_all_runs_are_read_and_what_is_not_written_is_as_usual()
    {
        var usual = FleetLimits.Default;
        Assert.Equal(usual, YamlInventory.Parse("inventory.yaml", Whole).Limits);

        var written = YamlInventory.Parse("inventory.yaml", $"{Whole}\nlimits: {{ moves: 12, movesIntoHost: 3 }}").Limits;

        Assert.Equal(usual with { Total = 12, IntoHost = 3 }, written);
        var wrong = Assert.Throws<ConfigurationException>(() => YamlInventory.Parse("inventory.yaml", $"{Whole}\nlimits: {{ movesPerLink: 0 }}"));
        Assert.Contains("limits.movesPerLink", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_guest_is_asked_as_the_template_or_its_own_entry_says()
    {
        var inventory = YamlInventory.Parse("inventory.yaml", Whole);

        Assert.Equal(new GuestCheck("http://db%201.vms.example.org/status", "boot", "ticks"), inventory.CheckOf(new VmRef(new VmId("u7"), "db 1")));
        Assert.Equal(new GuestCheck("https://u8.example.org/health", "boot", null), inventory.CheckOf(new VmRef(new VmId("u8"), "web 1")));
        Assert.Null(inventory.CheckOf(new VmRef(new VmId("u9"), "appliance")));
    }

    [Fact]
    public void What_is_said_for_the_planner_is_brought_to_the_VMs_that_there_are()
    {
        var rules = YamlInventory.Parse("inventory.yaml", Whole).RulesFor([new VmRef(new VmId("u7"), "db 1"), new VmRef(new VmId("u8"), "web 1"), new VmRef(new VmId("u9"), "web 1")]);

        Assert.Equal([new HostLimit(new HostId("a1"), Bandwidth.FromMegabitsPerSecond(10_000), 4), new HostLimit(new HostId("b1"), null, 2)], rules.Hosts);
        Assert.Equal([new HypervisorLimit("libvirt", 32)], rules.Hypervisors);
        Assert.Equal(
            [new VmRule(new VmId("u7"), null, Bandwidth.FromMegabitsPerSecond(400)), new VmRule(new VmId("u8"), 10, null), new VmRule(new VmId("u9"), 10, null)], rules.Vms);

        // Two VMs share a name and are both meant; a group that has only one member among the living holds nobody.
        Assert.Equal(["pair", "ghosts"], rules.Groups.Select(group => group.Name));
        Assert.Equal([new VmId("u8"), new VmId("u9"), new VmId("u7")], rules.Groups[0].Vms);
        Assert.Empty(YamlInventory.Parse("inventory.yaml", Whole).RulesFor([new VmRef(new VmId("u7"), "db 1")]).Groups);
    }

    [Fact]
    public void Every_error_of_a_file_is_told_at_once_with_its_place_and_the_way_out()
    {
        const string bad = """
            version: 1
            sites:
              - name: A
              - name: A
            hosts:
              - name: a1
                site: C
                driver: libvrt
                adress: qemu+tls://a1/system
                migrationMegabits: fast
                migrationsAtOnce: 0
              - name: "a 2"
                site: A
                driver: libvirt
                address: [one, two]
              - just text
            links:
              - { from: A, to: A, bandwidthMegabits: fast }
            hypervisors:
              - { driver: libvrt, migrationsPerHost: many }
              - { driver: libvirt, migrationsAtOnce: 4 }
              - { driver: libvirt, migrationsatonce: 4 }
            vms:
              - { vm: db, priority: 101 }
              - { vm: db, dirtyMegabits: 0 }
              - { priority: 1 }
            groups:
              - { name: one, rule: together-on-host, vms: [app, db] }
              - { name: one, rule: apart-by-host, vms: [app, db, db] }
              - { name: three, rule: apart, vms: [app] }
              - { vms: [app, web] }
            guestChecks:
              default: { url: ftp://x }
            """;

        var errors = Assert.Throws<ConfigurationException>(() => YamlInventory.Parse("inventory.yaml", bad, ["libvirt", "simulated"])).Message;

        Assert.Equal(Golden.Of("inventory-errors", errors), errors);
    }
}
