using System.Net;
using System.Net.Http.Json;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers;
using DrOrchestrator.Drivers.Simulated;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Api;

public sealed class PreflightTests
{
    private static readonly PreflightRequest OfA1 = new("evacuate-host", "a1");

    [Fact]
    public async Task Says_of_every_VM_where_it_would_go_and_what_it_would_meet_and_begins_nothing()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Trigger);
        server.Hypervisors.AddVm(Vm("web", 1024), new HostId("a1"));
        server.Hypervisors.AddVm(Vm("huge", 1 << 20), new HostId("a1"));

        using var answer = await client.PostAsJsonAsync("/api/v1/preflight", OfA1, ContractJson.Options);
        var report = (await answer.Content.ReadFromJsonAsync<PreflightReport>(ContractJson.Options))!;

        Assert.Equal(("errors", "a1"), (report.Verdict, report.Host));
        var huge = report.Vms.Single(vm => vm.Name == "huge");
        Assert.Equal((null, "capacity", "error"), (huge.To, huge.Findings[0].Area, huge.Findings[0].Severity));
        var web = report.Vms.Single(vm => vm.Name == "web");
        Assert.Equal("b1", web.To);
        Assert.Contains(web.Findings, finding => finding is { Area: "bandwidth", Severity: "warning" } && finding.Fact.Contains("migration network", StringComparison.Ordinal));
        Assert.Contains(web.Findings, finding => finding is { Area: "bandwidth", Severity: "information" } && finding.Fact.Contains("dirty rate is not known", StringComparison.Ordinal));
        Assert.Equal(VmState.Running, server.Hypervisors.CopyOn(new HostId("a1"), new VmId("web")).State);
        Assert.Empty(server.Store.Streams);
    }

    [Fact]
    public async Task A_silent_destination_is_a_finding_and_a_silent_source_a_refusal()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Trigger);
        server.Hypervisors.AddVm(Vm("web", 1024), new HostId("a1"));
        server.Hypervisors.PowerOff(new HostId("b1"));
        using var first = await client.PostAsJsonAsync("/api/v1/preflight", OfA1, ContractJson.Options);
        var web = Assert.Single((await first.Content.ReadFromJsonAsync<PreflightReport>(ContractJson.Options))!.Vms);
        Assert.Equal((null, "error"), (web.To, web.Findings[0].Severity));

        server.Hypervisors.PowerOff(new HostId("a1"));
        using var second = await client.PostAsJsonAsync("/api/v1/preflight", OfA1, ContractJson.Options);
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Contains("does not answer", (await second.Content.ReadFromJsonAsync<Problem>(ContractJson.Options))!.Title, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auto", "The prediction leaves out disks that are copied, as those on a host's own storage are.")]
    [InlineData("copied", "The prediction leaves out the disks, all of which are copied.")]
    [InlineData("shared", null)]
    public async Task The_prediction_says_that_it_knows_nothing_of_disks_that_are_copied(string storage, string? leftOut)
    {
        await using var server = await TestServerHost.Start(draft => draft.Plan = $"{Samples.Plan}\nmigration: {{ storage: {storage} }}\n");
        using var client = await server.As("night-shift", Scopes.Trigger);
        server.Hypervisors.AddVm(Vm("web", 1024), new HostId("a1"));

        using var answer = await client.PostAsJsonAsync("/api/v1/preflight", OfA1, ContractJson.Options);
        var report = (await answer.Content.ReadFromJsonAsync<PreflightReport>(ContractJson.Options))!;

        Assert.NotNull(report.PredictedSeconds);
        Assert.Equal(leftOut, report.PredictionLeavesOut);
    }

    [Fact]
    public async Task Disks_that_fit_one_by_one_and_not_together_are_counted_by_destination()
    {
        await using var server = await TestServerHost.Start(draft => draft.Plan = $"{Samples.Plan}\nmigration: {{ storage: copied }}\n");
        using var client = await server.As("night-shift", Scopes.Trigger);
        foreach (var name in new[] { "db", "mail", "web" })
        {
            server.Hypervisors.AddVm(Vm(name, 1024) with { Disks = Bytes.FromMebibytes(name == "web" ? 100 : 600) }, new HostId("a1"));
        }

        server.Hypervisors.Change(new HostId("b1"), host => host with { Storage = Bytes.FromMebibytes(1024) });
        using var answer = await client.PostAsJsonAsync("/api/v1/preflight", OfA1, ContractJson.Options);
        var report = (await answer.Content.ReadFromJsonAsync<PreflightReport>(ContractJson.Options))!;

        Assert.Equal("errors", report.Verdict);
        var (vm, finding) = Assert.Single(report.Vms.SelectMany(vm => vm.Findings, (vm, finding) => (vm, finding)), entry => entry.finding is { Area: "storage", Severity: "error" });
        var first = vm.Name == "db" ? "mail" : "db";
        Assert.Matches($"^b1 has 1 GiB free in storage, of which .*{first}.* may take .* MiB; the disks of {vm.Name} may grow to 600 MiB.$", finding.Fact);
    }

    [Fact]
    public async Task What_is_in_maintenance_takes_no_VM_and_is_a_finding()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Trigger, Scopes.Operate);
        server.Hypervisors.AddVm(Vm("web", 1024), new HostId("a1"));
        foreach (var target in new[] { new StartMaintenanceRequest(null, "B", 600, "New switches"), new StartMaintenanceRequest("a1", null, 600, "New fans") })
        {
            using var started = await client.PostAsJsonAsync("/api/v1/maintenance", target, ContractJson.Options);
            Assert.Equal(HttpStatusCode.OK, started.StatusCode);
        }

        using var answer = await client.PostAsJsonAsync("/api/v1/preflight", OfA1, ContractJson.Options);
        var report = (await answer.Content.ReadFromJsonAsync<PreflightReport>(ContractJson.Options))!;

        Assert.Null(Assert.Single(report.Vms).To);
        Assert.Contains(report.Findings, finding => finding.Severity == "warning" && finding.Fact.StartsWith("b1 is at site B, which is in maintenance until ", StringComparison.Ordinal));
        Assert.Contains(report.Findings, finding => finding.Severity == "information" && finding.Fact.StartsWith("a1 is in maintenance until ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sick_host_takes_no_VM_and_is_a_finding()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Trigger);
        server.Hypervisors.AddVm(Vm("web", 1024), new HostId("a1"));
        var condition = new HostCondition("f1", "HostOverheating", "It is hot.", new Dictionary<string, string>(), SteppedClock.Start);
        server.Store.Given(
            StreamId.Host(new HostId("b1")), new HostEvent.ConditionRaised(new HostId("b1"), condition, new Actor("alertmanager"), true) { At = SteppedClock.Start });

        using var answer = await client.PostAsJsonAsync("/api/v1/preflight", OfA1, ContractJson.Options);
        var report = (await answer.Content.ReadFromJsonAsync<PreflightReport>(ContractJson.Options))!;

        Assert.NotEqual("b1", Assert.Single(report.Vms).To);
        var finding = Assert.Single(report.Findings);
        Assert.Equal(
            ("warning", "b1 is sick: HostOverheating. It takes no VM.", "It takes some again when what stands against it is resolved: drctl alerts."),
            (finding.Severity, finding.Fact, finding.WayOut));
    }

    [Fact]
    public async Task A_host_that_a_run_empties_takes_no_VM_and_is_a_finding()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Trigger);
        server.Hypervisors.AddVm(Vm("web", 1024), new HostId("a1"));
        server.Store.Given(
            StreamId.Admission,
            new AdmissionEvent.SlotsStated(new SlotStatement(new RunId("evacuate-host-b1-1"), 1, [], [], 0, null, [], 0, new HostId("b1"))) { At = SteppedClock.Start });

        using var answer = await client.PostAsJsonAsync("/api/v1/preflight", OfA1, ContractJson.Options);
        var report = (await answer.Content.ReadFromJsonAsync<PreflightReport>(ContractJson.Options))!;

        Assert.NotEqual("b1", Assert.Single(report.Vms).To);
        var finding = Assert.Single(report.Findings);
        Assert.Equal(
            ("warning", "b1 is being emptied by run evacuate-host-b1-1. It takes no VM.", "It takes some again when that run has ended: drctl run list."),
            (finding.Severity, finding.Fact, finding.WayOut));
    }

    [Fact]
    public async Task What_a_migration_saw_of_the_guest_is_what_the_next_one_is_judged_by()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Trigger);
        var vm = Vm("web", 1024);
        server.Hypervisors.AddVm(vm, new HostId("a1"));
        HostEndpoint At(string name, string site) => new(new HostId(name), new SiteId(site), "simulated", $"sim://{name}");
        var move = new MoveId("r/web/1");
        server.Store.Given(
            StreamId.Vm(new VmId("web")),
            new MoveEvent.VmEnrolled(vm.Vm, new HostId("a1"), []) { At = SteppedClock.Start },
            new MoveEvent.MoveStarted(move, new RunId("r"), At("a1", "A"), At("b1", "B"), 2, null, MovePolicy.Default) { At = SteppedClock.Start },
            new MoveEvent.SourcePrepared([], null) { At = SteppedClock.Start },
            new MoveEvent.PlaceAdded(new HostId("b1"), $"{move}/transfer") { At = SteppedClock.Start },
            new MoveEvent.TransferProgressed(new MigrationProgress(MigrationStep.NetworkTransfer, DirtyRate: Bandwidth.FromMegabitsPerSecond(240))) { At = SteppedClock.Start });

        using var answer = await client.PostAsJsonAsync("/api/v1/preflight", OfA1, ContractJson.Options);

        var web = Assert.Single((await answer.Content.ReadFromJsonAsync<PreflightReport>(ContractJson.Options))!.Vms);
        Assert.Contains(web.Findings, finding => finding.Fact.Contains("dirties 240 Mbit/s (as observed at 2026-03-01 02:15:00Z)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "errors", "error")]
    [InlineData("migration: { otherActors: tolerate }", "warnings", "warning")]
    public async Task Native_HA_stops_a_move_unless_the_plan_says_who_acts_first(string migration, string verdict, string severity)
    {
        await using var server = await TestServerHost.Start(draft => draft.Plan = $"{Samples.Plan}\n{migration}\n");
        using var client = await server.As("night-shift", Scopes.Trigger);
        server.Hypervisors.AddVm(
            Vm("web", 1024) with { OtherActors = [new OtherActor(OtherActorKind.NativeHa, "The cluster of a1 restarts web elsewhere by itself.", "Take it out of the cluster's protection.")] },
            new HostId("a1"));

        using var answer = await client.PostAsJsonAsync("/api/v1/preflight", OfA1, ContractJson.Options);
        var report = (await answer.Content.ReadFromJsonAsync<PreflightReport>(ContractJson.Options))!;

        Assert.Equal(verdict, report.Verdict);
        var finding = Assert.Single(Assert.Single(report.Vms).Findings, finding => finding.Area == "management");
        Assert.Equal(severity, finding.Severity);
        Assert.StartsWith("The cluster of a1 restarts web elsewhere by itself.", finding.Fact, StringComparison.Ordinal);
        Assert.Contains("Take it out", finding.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Foresees_what_a_person_who_started_it_now_would_get_and_a_suspect_source_gets_no_post_copy()
    {
        await using var server = await TestServerHost.Start(draft => draft.Plan = $"{Samples.Plan}\nmigration: {{ postCopy: true }}\n");
        using var client = await server.As("night-shift", Scopes.Trigger);
        server.Hypervisors.AddVm(Vm("web", 1024), new HostId("a1"));

        // The simulated driver has no post-copy, and says so where it is really asked for.
        var healthy = await Findings(client);
        Assert.Contains(healthy, finding => finding is { Severity: "error" } && finding.Fact.Contains("asks for post-copy", StringComparison.Ordinal));

        server.Store.Given(
            new StreamId("host", "a1"),
            new HostEvent.ConditionRaised(
                new HostId("a1"), new HostCondition("f", "FanSlow", "s", new Dictionary<string, string>(), SteppedClock.Start), new Actor("alertmanager"), false) { At = SteppedClock.Start });
        var suspect = await Findings(client);
        Assert.DoesNotContain(suspect, finding => finding.Severity == "error");
        Assert.Contains(suspect, finding => finding.Fact.Contains("the source is suspect (FanSlow)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("none", "a1", 404)]
    [InlineData("evacuate-host", "z9", 404)]
    [InlineData("evacuate-host", "b1", 409)]
    public async Task Names_what_there_is_to_check(string plan, string host, int status)
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Trigger);

        using var answer = await client.PostAsJsonAsync("/api/v1/preflight", new PreflightRequest(plan, host), ContractJson.Options);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_host_to_which_VMs_are_only_on_their_way_has_nothing_to_move()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("night-shift", Scopes.Trigger);
        var vm = server.Hypervisors.AddVm(Vm("web", 1024), new HostId("a1"));
        server.Hypervisors.Hold(vm.Id, MigrationStep.NetworkTransfer);
        HostEndpoint At(string name, string site) => new(new HostId(name), new SiteId(site), "simulated", $"sim://{name}");
        var request = new MigrationRequest(new MoveId("r/web/1"), vm, At("a1", "A"), At("b1", "B"), 1, MigrationOptions.Default);
        Assert.IsType<Outcome<Nothing>.Done>(await new SimulatedDriver(server.Hypervisors).EnsureMigration(request, default));
        await Wait.Until(() => server.Hypervisors.CopyOn(new HostId("b1"), vm.Id).State is VmState.Incoming);

        using var answer = await client.PostAsJsonAsync("/api/v1/preflight", OfA1 with { Host = "b1" }, ContractJson.Options);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        var problem = (await answer.Content.ReadFromJsonAsync<Problem>(ContractJson.Options))!;
        Assert.Equal("b1 runs no VM, and one is on the way to it (web): there is nothing to move yet.", problem.Title);
        Assert.Contains("run the plan when they have arrived", problem.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_only_look_does_not_ask_the_hosts()
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("monitoring", Scopes.View);

        using var answer = await client.PostAsJsonAsync("/api/v1/preflight", OfA1, ContractJson.Options);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private static async Task<IReadOnlyList<FindingView>> Findings(HttpClient client)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/preflight", OfA1, ContractJson.Options);
        return Assert.Single((await answer.Content.ReadFromJsonAsync<PreflightReport>(ContractJson.Options))!.Vms).Findings;
    }

    private static SimulatedVmSettings Vm(string name, double mebibytes) => new(new VmRef(new VmId(name), name)) { Memory = Bytes.FromMebibytes(mebibytes) };
}
