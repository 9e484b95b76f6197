using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers.Simulated;
using Xunit;

namespace DrOrchestrator.Drivers.Tests;

/// <summary>Each finding of the simulated driver that the conformance suite does not make happen.</summary>
public sealed class SimulatedPreflightTests
{
    private static readonly VmRef Vm = new(new VmId("vm-1"), "vm-1");

    private readonly SimulatedFleet fleet = new(TimeProvider.System);
    private readonly HostEndpoint a1;
    private readonly HostEndpoint b1;

    public SimulatedPreflightTests()
    {
        a1 = fleet.AddHost(new SimulatedHostSettings(new HostId("a1"), new SiteId("A")));
        b1 = fleet.AddHost(new SimulatedHostSettings(new HostId("b1"), new SiteId("B")));
        fleet.AddVm(new SimulatedVmSettings(Vm), a1.Host);
    }

    [Fact]
    public async Task A_host_without_a_certificate_stops_a_transfer_that_must_be_encrypted_and_no_other()
    {
        fleet.Change(a1.Host, host => host with { CanEncrypt = false });

        Has(await Find(MigrationOptions.Default), FindingArea.TransferSecurity, FindingSeverity.Error, "one of the hosts has no certificate for it");
        Assert.Empty(await Find(MigrationOptions.Default with { Encrypted = false }));
    }

    [Fact]
    public async Task A_destination_without_a_migration_network_is_warned_of() =>
        Has(await Find(MigrationOptions.Default, b1 with { MigrationAddress = null }), FindingArea.Bandwidth, FindingSeverity.Warning, "no address on a migration network");

    [Fact]
    public async Task A_destination_whose_storage_is_taken_stops_a_move_that_copies_disks_and_no_other()
    {
        var other = new VmRef(new VmId("vm-2"), "vm-2");
        fleet.AddVm(new SimulatedVmSettings(other) { Disks = Bytes.FromMebibytes(600), SharedStorage = false }, b1.Host);
        fleet.AddVm(new SimulatedVmSettings(Vm with { Id = new VmId("vm-3") }) { Disks = Bytes.FromMebibytes(600), SharedStorage = false }, a1.Host);
        fleet.Change(b1.Host, host => host with { Storage = Bytes.FromMebibytes(1024) });
        await using var driver = new SimulatedDriver(fleet);
        async Task<IReadOnlyList<Finding>> Of(StorageMode storage) => Assert.IsType<Outcome<IReadOnlyList<Finding>>.Done>(await driver.Preflight(
            new MigrationRequest(new MoveId("m"), new VmRef(new VmId("vm-3"), "vm-3"), a1, b1, 0, MigrationOptions.Default with { Storage = storage }), default)).Value;

        Has(await Of(StorageMode.Auto), FindingArea.Storage, FindingSeverity.Error, "b1 has 424 MiB free in storage; its disks may grow to 600 MiB.");
        Assert.Empty(await Of(StorageMode.Shared));
    }

    [Fact]
    public async Task A_copy_at_the_destination_is_named_by_what_it_is()
    {
        fleet.DefineCopy(Vm.Id, b1.Host);
        Has(await Find(MigrationOptions.Default), FindingArea.VmConfiguration, FindingSeverity.Warning, "b1 has an old definition of vm-1");

        await using var driver = new SimulatedDriver(fleet);
        Assert.IsType<Outcome<Nothing>.Done>(await driver.EnsureStarted(b1, Vm, 1, default));
        Has(await Find(MigrationOptions.Default), FindingArea.VmConfiguration, FindingSeverity.Error, "b1 already has a copy of vm-1 that is running");
    }

    private async Task<IReadOnlyList<Finding>> Find(MigrationOptions options, HostEndpoint? destination = null)
    {
        await using var driver = new SimulatedDriver(fleet);
        return Assert.IsType<Outcome<IReadOnlyList<Finding>>.Done>(
            await driver.Preflight(new MigrationRequest(new MoveId("m"), Vm, a1, destination ?? b1, 0, options), default)).Value;
    }

    private static void Has(IReadOnlyList<Finding> findings, FindingArea area, FindingSeverity severity, string fact)
    {
        var finding = Assert.Single(findings);
        Assert.Equal((area, severity), (finding.Area, finding.Severity));
        Assert.Contains(fact, finding.Fact, StringComparison.Ordinal);
    }
}
