using System.Text.Json;
using DrOrchestrator.SystemTests.Infrastructure;

namespace DrOrchestrator.SystemTests.Lab;

/// <summary>Evacuations of real guests while things break. Judged by what the hypervisors and the guests say.</summary>
[Collection("lab")]
public sealed class EvacuationTests(LabServer lab)
{
    private static readonly string[] OnA1 = ["vm-a1-1", "vm-a1-2", "vm-a1-3"];

    [Fact]
    public async Task A_cut_wan_in_mid_transfer_fails_the_move_at_the_source_and_after_healing_the_run_goes_on()
    {
        await lab.Reset(retryDelay: 10);
        await ChildProcess.Script("deploy/lab/wan", "shape", "40", "10");
        var boots = await LabServer.BootIds();
        var run = await lab.StartRun("a1");
        await lab.UntilTransferring(run);
        await ChildProcess.Script("deploy/lab/wan", "cut");

        // The stated deadline: both ends are judged 20 s after the last contact at the latest (ContactBound), and given 10 s to
        // clean up; an end that is not clear by then is cleared by the first look that began after the bound for pending requests
        // (45 s and 5 s for clocks) has passed, and looks are 5 s apart and take up to 10 s where a host is silent. A few seconds more are this test's own asking.
        await Condition.Until(
            async () => (await Finished(run)).Any(move => move.Outcome == "failed" && move.RunsAt == "a1"), TimeSpan.FromSeconds(20 + 10 + 45 + 5 + 5 + 10 + 5), "a move has ended failed, with its guest at a1");
        var failed = (await Finished(run)).First(move => move.Outcome == "failed");
        var name = (await lab.Run(run)).GetProperty("vms").EnumerateArray().First(vm => vm.GetProperty("id").GetString() == failed.Vm).GetProperty("name").GetString()!;
        Assert.Equal([(name, "a1", "running")], (await LabServer.Copies()).Where(copy => copy.Name == name));

        await ChildProcess.Script("deploy/lab/wan", "heal");
        await ChildProcess.Script("deploy/lab/wan", "shape", "200", "10");
        await lab.UntilEnded(run, TimeSpan.FromMinutes(4));
        Assert.Equal("completed", (await lab.Run(run)).GetProperty("run").GetProperty("outcome").GetString());
        await EveryGuestRunsOnce(boots);
    }

    [Fact]
    public async Task A_destination_frozen_before_the_move_takes_nothing_and_the_other_one_takes_all()
    {
        await lab.Reset();
        var boots = await LabServer.BootIds();
        await ChildProcess.Script("deploy/lab/host", "freeze", "b1");
        try
        {
            var run = await lab.StartRun("a1");
            await lab.UntilEnded(run, TimeSpan.FromMinutes(4));
            var truth = await LabServer.Truth();
            Assert.All(OnA1, name => Assert.Equal(["b2"], truth[name]));
            Assert.Equal("completed", (await lab.Run(run)).GetProperty("run").GetProperty("outcome").GetString());
        }
        finally
        {
            await ChildProcess.Script("deploy/lab/host", "thaw", "b1");
        }

        await EveryGuestRunsOnce(boots);
    }

    [Fact]
    public async Task A_destination_frozen_in_mid_transfer_leaves_the_guest_at_the_source_and_the_place_in_custody_until_it_answers()
    {
        await lab.Reset(parallel: 1);
        await ChildProcess.Script("deploy/lab/wan", "shape", "40", "10");
        var boots = await LabServer.BootIds();
        var run = await lab.StartRun("a1");
        var moving = await lab.UntilTransferring(run);
        var destination = moving.GetProperty("to").GetString()!;
        var vm = moving.GetProperty("id").GetString()!;
        await ChildProcess.Script("deploy/lab/host", "freeze", destination);
        try
        {
            await Condition.Until(async () => (await Finished(run)).Any(move => move.Vm == vm), TimeSpan.FromSeconds(150), "the move has ended");
            var ended = (await Finished(run)).First(move => move.Vm == vm);
            Assert.Equal(("failed", "a1"), (ended.Outcome, ended.RunsAt));
            Assert.Contains(destination, ended.Uncleared);
        }
        finally
        {
            await ChildProcess.Script("deploy/lab/host", "thaw", destination);
        }

        await ChildProcess.Script("deploy/lab/wan", "shape", "200", "10");
        await lab.UntilEnded(run, TimeSpan.FromMinutes(4));
        await EveryGuestRunsOnce(boots);

        // Whether the place was cleared before the VM's attempts were used up depends on how long it was held. The run says which, and of each VM where it is.
        var truth = await LabServer.Truth();
        var after = await lab.Run(run);
        var vms = after.GetProperty("vms").EnumerateArray().ToArray();
        var all = vms.All(entry => entry.GetProperty("state").GetString() == "moved");
        Assert.Equal(all ? "completed" : "completed-with-failures", after.GetProperty("run").GetProperty("outcome").GetString());
        Assert.All(vms, entry => Assert.Equal(truth[entry.GetProperty("name").GetString()!].Single(), entry.GetProperty("runsAt").GetString()));
        Assert.All(
            vms.Where(entry => entry.GetProperty("state").GetString() == "moved"), entry => Assert.StartsWith("b", entry.GetProperty("runsAt").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_guest_that_dies_in_the_move_is_reported_failed_although_the_hypervisor_reports_success()
    {
        await lab.Reset(parallel: 1);
        await ChildProcess.Script("deploy/lab/wan", "shape", "80", "10");
        var run = await lab.StartRun("a1");
        var moving = await lab.UntilTransferring(run);
        var name = moving.GetProperty("name").GetString()!;
        await ChildProcess.Script("deploy/lab/exec", "orch", "curl", "-sf", "--max-time", "5", $"http://{Address(name)}/crash-after?ms=300&hang");
        await lab.UntilEnded(run, TimeSpan.FromMinutes(6));
        var detail = await lab.Run(run);
        var dead = detail.GetProperty("vms").EnumerateArray().First(vm => vm.GetProperty("name").GetString() == name);
        Assert.Equal("failed", dead.GetProperty("state").GetString());
        var reported = await Events(dead.GetProperty("id").GetString()!);
        Assert.Contains(reported, entry => entry.GetProperty("name").GetString() == "vm_transfer_reported"
            && entry.GetProperty("data").GetProperty("report").GetProperty("result").GetString() == "done");
        Assert.Contains(reported, entry => entry.GetProperty("name").GetString() == "vm_guest_arrived");
        Assert.Equal(OnA1.Length - 1, detail.GetProperty("vms").EnumerateArray().Count(vm => vm.GetProperty("state").GetString() == "moved"));
    }

    [Fact]
    public async Task The_orchestrator_killed_in_mid_transfer_and_started_again_completes_the_run_with_every_boot_id_unchanged()
    {
        await lab.Reset();
        await ChildProcess.Script("deploy/lab/wan", "shape", "60", "10");
        var boots = await LabServer.BootIds();
        var run = await lab.StartRun("a1");
        var moving = (await lab.UntilTransferring(run)).GetProperty("id").GetString()!;
        await ChildProcess.Script("deploy/lab-server", "kill");
        await ChildProcess.Script("deploy/lab-server", "start");
        await lab.UntilEnded(run, TimeSpan.FromMinutes(5));

        // The killed process held the transfer, and another worker took it over.
        var taken = (await Events(moving)).Select(entry => entry.GetProperty("name").GetString()).ToArray();
        Assert.Contains("vm_claim_lapsed", taken);
        Assert.True(taken.Count(name => name == "vm_order_claimed") > 1, string.Join(' ', taken));
        Assert.Equal("completed", (await lab.Run(run)).GetProperty("run").GetProperty("outcome").GetString());
        await EveryGuestRunsOnce(boots);
        var truth = await LabServer.Truth();
        Assert.All(OnA1, name => Assert.StartsWith("b", truth[name].Single(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_abort_in_mid_transfer_leaves_every_vm_running_once_and_says_where()
    {
        await lab.Reset();
        await ChildProcess.Script("deploy/lab/wan", "shape", "40", "10");
        var boots = await LabServer.BootIds();
        var run = await lab.StartRun("a1");
        await lab.UntilTransferring(run);
        await lab.Api($"/runs/{run}/abort", """{"reason":"A test of the stop."}""");
        await lab.UntilEnded(run, TimeSpan.FromMinutes(2));
        await EveryGuestRunsOnce(boots);
        var truth = await LabServer.Truth();
        var detail = await lab.Run(run);
        Assert.Equal("aborted", detail.GetProperty("run").GetProperty("outcome").GetString());
        Assert.Equal(OnA1, detail.GetProperty("vms").EnumerateArray().Select(vm => vm.GetProperty("name").GetString()).Order(StringComparer.Ordinal));
        Assert.All(
            detail.GetProperty("vms").EnumerateArray(),
            vm => Assert.Equal(truth[vm.GetProperty("name").GetString()!].Single(), vm.GetProperty("runsAt").GetString()));
    }

    private static string Address(string name) => $"10.9.1.{name[^1]}";

    private static async Task EveryGuestRunsOnce(IReadOnlyDictionary<string, string> boots)
    {
        var truth = await LabServer.Truth();
        Assert.All(boots.Keys, name => Assert.Single(truth[name]));
        Assert.Equal(boots, await LabServer.BootIds());
    }

    private async Task<IReadOnlyList<JsonElement>> Events(string vm) =>
        [.. (await lab.Api($"/streams/vm-{vm}/events")).GetProperty("events").EnumerateArray()];

    private async Task<IReadOnlyList<(string Vm, string Outcome, string? RunsAt, string[] Uncleared)>> Finished(string run) =>
    [
        .. (await lab.Api($"/streams/run-{run}/events")).GetProperty("events").EnumerateArray()
            .Where(entry => entry.GetProperty("name").GetString() == "run_move_finished")
            .Select(entry => entry.GetProperty("data"))
            .Select(data => (
                data.GetProperty("vm").GetString()!,
                data.GetProperty("outcome").GetString()!,
                data.TryGetProperty("runsAt", out var at) ? at.GetString() : null,
                data.GetProperty("uncleared").EnumerateArray().Select(host => host.GetString()!).ToArray())),
    ];
}
