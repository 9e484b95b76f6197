using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
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
          - { name: b1, site: B, driver: libvirt, address: "qemu+tls://b1/system" }
        links:
          - { from: A, to: B, bandwidthMegabits: 1000 }
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
    public void A_guest_is_asked_as_the_template_or_its_own_entry_says()
    {
        var inventory = YamlInventory.Parse("inventory.yaml", Whole);

        Assert.Equal(new GuestCheck("http://db%201.vms.example.org/status", "boot", "ticks"), inventory.CheckOf(new VmRef(new VmId("u7"), "db 1")));
        Assert.Equal(new GuestCheck("https://u8.example.org/health", "boot", null), inventory.CheckOf(new VmRef(new VmId("u8"), "web 1")));
        Assert.Null(inventory.CheckOf(new VmRef(new VmId("u9"), "appliance")));
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
              - name: "a 2"
                site: A
                driver: libvirt
                address: [one, two]
              - just text
            links:
              - { from: A, to: A, bandwidthMegabits: fast }
            guestChecks:
              default: { url: ftp://x }
            """;

        var errors = Assert.Throws<ConfigurationException>(() => YamlInventory.Parse("inventory.yaml", bad, ["libvirt", "simulated"])).Message;

        Assert.Equal(Golden.Of("inventory-errors", errors), errors);
    }
}
