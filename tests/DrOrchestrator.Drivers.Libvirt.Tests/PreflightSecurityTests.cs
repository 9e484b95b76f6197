using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Conformance;
using DrOrchestrator.Drivers.Libvirt.Preflights;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>The certificates of the lab's own hosts: whole, and seen from other days and under other names.</summary>
[Collection("lab")]
public sealed class PreflightSecurityTests : PreflightCase
{
    [Theory]
    [InlineData(26, FindingSeverity.Warning, "expires at")]
    [InlineData(60, FindingSeverity.Error, "is valid from")]
    public async Task A_hosts_certificate_that_ends_is_found_at_either_end(int days, FindingSeverity severity, string fact)
    {
        var certificates = new PeerCertificate(new LibvirtDriverOptions(), new MovedClock(TimeSpan.FromDays(days)));

        Has(await certificates.Find(Lab.Source, isDialled: false, default), FindingArea.TransferSecurity, severity, $"The certificate of {Lab.Source.Host} {fact}");
        Has(await certificates.Find(Lab.Destination, isDialled: true, default), FindingArea.TransferSecurity, severity, $"The certificate of {Lab.Destination.Host} {fact}");
    }

    [Fact]
    public async Task A_certificate_without_the_name_that_the_data_goes_to_stops_a_move()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);

        Has(
            await Find(vm, destination: Lab.Destination with { MigrationAddress = "b2-mig" }),
            FindingArea.TransferSecurity,
            FindingSeverity.Error,
            $"The certificate of {Lab.Destination.Host} does not name b2-mig, where the data goes");
    }

    [Fact]
    public async Task A_destination_that_shows_no_certificate_is_warned_of()
    {
        var vm = await Lab.RunningVm(VmKind.Ordinary);

        Has(
            await Find(vm, destination: Lab.Destination with { PeerAddress = $"qemu+tls://{Lab.Destination.Host}:16599/system" }),
            FindingArea.TransferSecurity,
            FindingSeverity.Warning,
            $"{Lab.Destination.Host} showed no certificate on port 16599");
    }
}
