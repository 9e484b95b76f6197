using System.Text.Json;
using DrOrchestrator.SystemTests.Infrastructure;

namespace DrOrchestrator.SystemTests.Lab;

/// <summary>The stop button on real guests.</summary>
[Collection("lab")]
public sealed class StopTests(LabServer lab)
{
    [Fact]
    public async Task A_stop_of_everything_in_mid_run_lets_nothing_begin_survives_a_restart_and_resuming_finishes_the_run()
    {
        await lab.Reset(parallel: 1);
        await ChildProcess.Script("deploy/lab/wan", "shape", "30", "10");
        var boots = await LabServer.BootIds();
        var before = await lab.Api("/preflight", """{"plan":"evacuate-host","host":"a1"}""");
        Assert.NotEqual("errors", before.GetProperty("verdict").GetString());
        Assert.Equal(3, before.GetProperty("vms").EnumerateArray().Count(vm => vm.GetProperty("to").GetString()!.StartsWith('b')));
        var run = await lab.StartRun("a1");
        var moving = (await lab.UntilTransferring(run)).GetProperty("name").GetString()!;

        var stopped = await lab.Api("/stop-all", """{"reason":"A test on the lab."}""");
        await Condition.Until(
            async () => (stopped = await lab.Api("/admission")).GetProperty("phase").GetString() == "stopped", TimeSpan.FromMinutes(1), "the stop is in force");
        Assert.Equal([moving], stopped.GetProperty("stop").GetProperty("underWay").EnumerateArray().Select(slot => slot.GetProperty("vm").GetString()));

        // What was under way comes to its end; a server that starts meanwhile finds the stop standing.
        await ChildProcess.Script("deploy/lab-server", "kill");
        await ChildProcess.Script("deploy/lab-server", "start");
        await Condition.Until(async () => await StateOf(run, moving) == "moved", TimeSpan.FromMinutes(3), "the guest under way has moved", Condition.Seldom);
        Assert.Equal("stopped", (await lab.Api("/admission")).GetProperty("phase").GetString());
        var truth = await LabServer.Truth();
        Assert.All(boots.Keys.Where(name => name.StartsWith("vm-a1", StringComparison.Ordinal) && name != moving), name => Assert.Equal(["a1"], truth[name]));

        var inForce = stopped.GetProperty("stop").GetProperty("inForceAt").GetDateTimeOffset();
        var resumed = await lab.Api("/resume-all", """{"reason":"Enough seen."}""");
        Assert.Equal("open", resumed.GetProperty("phase").GetString());
        await ChildProcess.Script("deploy/lab/wan", "shape", "200", "10");
        await lab.UntilEnded(run, TimeSpan.FromMinutes(4));
        Assert.Equal("completed", (await lab.Run(run)).GetProperty("run").GetProperty("outcome").GetString());
        await NoneBeganBetween(inForce, run);
        foreach (var guest in JsonDocument.Parse(await ChildProcess.Script("deploy/lab/guests", "--list", "--json")).RootElement.EnumerateArray())
        {
            Assert.Equal(boots[guest.GetProperty("name").GetString()!], await LabServer.BootId(guest.GetProperty("ip").GetString()!));
        }
    }

    /// <summary>Of every VM's record: no transfer was claimed between the stop and the word to resume.</summary>
    private async Task NoneBeganBetween(DateTimeOffset inForce, string run)
    {
        var resumed = (await lab.Api("/streams/admission-fleet/events?limit=1000")).GetProperty("events").EnumerateArray()
            .Single(entry => entry.GetProperty("name").GetString() == "admission_all_resumed").GetProperty("data").GetProperty("at").GetDateTimeOffset();
        foreach (var vm in (await lab.Run(run)).GetProperty("vms").EnumerateArray())
        {
            var events = (await lab.Api($"/streams/vm-{vm.GetProperty("id").GetString()}/events?limit=1000")).GetProperty("events").EnumerateArray();
            Assert.DoesNotContain(
                events.Where(entry => entry.GetProperty("name").GetString() == "vm_order_claimed" && entry.GetProperty("data").GetProperty("claim").GetProperty("attempt").GetInt32() == 1)
                    .Select(entry => entry.GetProperty("data").GetProperty("at").GetDateTimeOffset()),
                at => at > inForce && at < resumed);
        }
    }

    private async Task<string?> StateOf(string run, string name) =>
        (await lab.Run(run)).GetProperty("vms").EnumerateArray().First(vm => vm.GetProperty("name").GetString() == name).GetProperty("state").GetString();
}
