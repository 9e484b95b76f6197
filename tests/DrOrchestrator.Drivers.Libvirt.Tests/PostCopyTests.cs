using System.Diagnostics;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Drivers.Conformance;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>Post-copy on the lab: that it brings what pre-copy never would, and what becomes of a guest that is split between two hosts.</summary>
[Collection("lab")]
public sealed class PostCopyTests(ITestOutputHelper output) : IAsyncLifetime
{
    private LibvirtLab? lab;
    private LibvirtDriver? driver;

    private LibvirtLab Lab => lab!;

    private LibvirtDriver Driver => driver!;

    public async ValueTask InitializeAsync()
    {
        lab = await LibvirtLab.Open();

        // As the server has it: post-copy must do without the confirmed handover, and says so in its order.
        driver = new LibvirtDriver(new LibvirtDriverOptions { ConfirmedHandover = true });
    }

    public async ValueTask DisposeAsync()
    {
        await (driver?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (lab?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact]
    public async Task A_guest_that_never_converges_arrives_by_post_copy_and_is_the_same()
    {
        var vm = await Lab.RunningVm(VmKind.NeverConverging);
        var before = await Lab.Observe(vm);
        var request = Request(vm, Lab.Slow with { PostCopy = true });
        using var over = new CancellationTokenSource();
        var silence = Lab.LongestSilence(vm, over.Token);
        var began = Stopwatch.GetTimestamp();
        Assert.IsType<Outcome<Nothing>.Done>(await Driver.EnsureMigration(request, default));

        var (steps, end) = await Watch(request);

        var after = await Lab.Observe(vm);
        await over.CancelAsync();
        output.WriteLine($"{Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s in all, longest silence {(await silence).TotalMilliseconds:0} ms, {end.Transferred} sent: {end.Result}");
        Assert.IsType<Outcome<Nothing>.Done>(end.Result);
        Assert.Equal((VmState.Absent, VmState.Running), (end.AtSource?.State, end.AtDestination?.State));
        Assert.Equal(before!.BootId, after!.BootId);
        Assert.True(after.Counter > before.Counter, $"The guest's counter went from {before.Counter} to {after.Counter}.");
        Assert.Equal([MigrationStep.SourcePreparation, MigrationStep.NetworkTransfer, MigrationStep.DestinationSetup, MigrationStep.Cutover], steps.Distinct());
    }

    [Fact]
    public async Task A_guest_that_is_split_between_hosts_that_lose_each_other_is_unknown_and_started_nowhere()
    {
        var vm = await Lab.RunningVm(VmKind.NeverConverging);
        var request = Request(vm, Lab.Quick with { PostCopy = true, AutoConverge = false, Timeout = TimeSpan.FromSeconds(90) });
        await Lab.SlowWan(megabits: 10, delayMilliseconds: 10);
        Assert.IsType<Outcome<Nothing>.Done>(await Driver.EnsureMigration(request, default));

        MigrationEnd? end = null;
        var cut = false;
        await foreach (var report in Driver.WatchMigration(request, default))
        {
            if (report is MigrationReport.Running { Progress.Step: MigrationStep.Cutover } && !cut)
            {
                cut = true;

                // Past the point of no return, as its stop says too.
                var stopped = await Driver.EnsureAborted(request, default);
                output.WriteLine($"stop: {stopped}");
                Assert.True(stopped is Outcome<Nothing>.Failed { Reason: var reason } && reason.Contains("post-copy", StringComparison.Ordinal), $"It was {stopped}.");
                await Lab.CutHosts();
            }

            end = (report as MigrationReport.Ended)?.End ?? end;
        }

        Assert.True(cut, "It was over before the switch-over was seen.");
        output.WriteLine($"{end!.Result}");
        Assert.IsType<Outcome<Nothing>.Unknown>(end.Result);
        await Lab.Reconnect();
        output.WriteLine($"{await Said(Lab.Source, vm)} at {Lab.Source.Host}, {await Said(Lab.Destination, vm)} at {Lab.Destination.Host}");
        var (here, there) = (await State(Lab.Source, vm), await State(Lab.Destination, vm));
        output.WriteLine($"after the link is back: {here} at {Lab.Source.Host}, {there} at {Lab.Destination.Host}");
        Assert.Equal((VmState.Other, VmState.Other), (here, there));
        Assert.Equal(TransferVerdict.Unclear, TransferJudgement.Of(new PlaceReport(Lab.Source.Host, here), new PlaceReport(Lab.Destination.Host, there)));

        // Neither a handover nor a start nor a stop of the transfer gets half a guest to run.
        await Driver.EnsureHandedOver(request, default);
        Assert.IsType<Outcome<Nothing>.Failed>(await Driver.EnsureAborted(request, default));
        Assert.IsType<Outcome<Nothing>.Refused>(await Driver.EnsureStarted(Lab.Source, vm, 9, default));
        Assert.IsType<Outcome<Nothing>.Refused>(await Driver.EnsureStarted(Lab.Destination, vm, 9, default));
        Assert.Equal((VmState.Other, VmState.Other), (await State(Lab.Source, vm), await State(Lab.Destination, vm)));
    }

    [Fact]
    public async Task A_worker_that_takes_over_switches_what_its_predecessor_did_not()
    {
        var vm = await Lab.RunningVm(VmKind.NeverConverging);
        var request = Request(vm, Lab.Slow with { PostCopy = true });
        await using (var dies = new LibvirtDriver())
        {
            Assert.IsType<Outcome<Nothing>.Done>(await dies.EnsureMigration(request, default));
        }

        Assert.IsType<Outcome<Nothing>.Done>(await Driver.EnsureMigration(request, default));
        var (_, end) = await Watch(request);

        Assert.IsType<Outcome<Nothing>.Done>(end.Result);
    }

    private async Task<(List<MigrationStep> Steps, MigrationEnd End)> Watch(MigrationRequest request)
    {
        var steps = new List<MigrationStep>();
        MigrationEnd? end = null;
        await foreach (var report in Driver.WatchMigration(request, default))
        {
            if (report is MigrationReport.Running running)
            {
                steps.Add(running.Progress.Step);
            }

            end = (report as MigrationReport.Ended)?.End ?? end;
        }

        return (steps, end!);
    }

    private static async Task<string> Said(HostEndpoint host, VmRef vm) => (await LibvirtLab.Virsh(host.Host, "domstate", "--reason", vm.Name)).Output.Trim();

    private async Task<VmState> State(HostEndpoint host, VmRef vm) => Assert.IsType<Outcome<VmCopy>.Done>(await Driver.InspectVm(host, vm, default)).Value.State;

    private MigrationRequest Request(VmRef vm, MigrationOptions options) => new(new MoveId($"post-copy/{vm.Id}/1"), vm, Lab.Source, Lab.Destination, 1, options);
}
