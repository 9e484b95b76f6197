using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using Xunit;

namespace DrOrchestrator.Drivers.Conformance;

/// <summary>
/// What every driver promises, whatever stands behind it. Each driver's tests derive from this class and
/// bring a lab. The cases are in the other files of this class, by what they are about.
/// </summary>
public abstract partial class DriverConformance : IAsyncLifetime
{
    private static int requests;
    private IConformanceLab? lab;
    private IHypervisorDriver? driver;

    protected IConformanceLab Lab => lab!;

    protected IHypervisorDriver Driver => driver!;

    /// <summary>Gives a fresh lab, or skips the case with a reason.</summary>
    protected abstract Task<IConformanceLab> OpenLab();

    public async ValueTask InitializeAsync()
    {
        lab = await OpenLab();
        driver = lab.NewDriver();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (driver is not null)
        {
            await driver.DisposeAsync();
        }

        if (lab is not null)
        {
            await lab.DisposeAsync();
        }
    }

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected void Needs(LabAbilities ability) =>
        Assert.SkipUnless(Lab.Abilities.HasFlag(ability), $"This lab cannot do that ({ability}).");

    protected MigrationRequest Request(VmRef vm, MigrationOptions? options = null, long generation = 1) => new(
        MoveId.Of(new RunId("conformance"), vm.Id, Interlocked.Increment(ref requests)),
        vm,
        Lab.Source,
        Lab.Destination,
        generation,
        options ?? Lab.Quick);

    protected static void IsDone<T>(Outcome<T> outcome) => Assert.True(outcome is Outcome<T>.Done, $"Expected done, got {outcome}.");

    protected static T Value<T>(Outcome<T> outcome)
    {
        IsDone(outcome);
        return ((Outcome<T>.Done)outcome).Value;
    }

    protected static string Refused<T>(Outcome<T> outcome)
    {
        Assert.True(outcome is Outcome<T>.Refused, $"Expected refused, got {outcome}.");
        var refused = (Outcome<T>.Refused)outcome;
        Assert.EndsWith(".", refused.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(refused.WayOut);
        return refused.Reason;
    }

    protected static string Failed<T>(Outcome<T> outcome)
    {
        Assert.True(outcome is Outcome<T>.Failed, $"Expected failed, got {outcome}.");
        return ((Outcome<T>.Failed)outcome).Reason;
    }

    protected static string Unknown<T>(Outcome<T> outcome)
    {
        Assert.True(outcome is Outcome<T>.Unknown, $"Expected unknown, got {outcome}.");
        return ((Outcome<T>.Unknown)outcome).Reason;
    }

    protected async Task<VmState> StateAt(HostEndpoint host, VmRef vm) =>
        Value(await Driver.InspectVm(host, vm, Cancellation)).State;

    protected static async Task<Watched> Watch(IHypervisorDriver watcher, MigrationRequest request, Func<MigrationProgress, Task>? whenRunning = null)
    {
        var readings = new List<MigrationProgress>();
        MigrationEnd? end = null;
        await foreach (var report in watcher.WatchMigration(request, Cancellation))
        {
            Assert.True(end is null, "Something came after the end.");
            switch (report)
            {
                case MigrationReport.Running { Progress: var progress }:
                    readings.Add(progress);
                    await (whenRunning?.Invoke(progress) ?? Task.CompletedTask);
                    break;
                case MigrationReport.Ended { End: var last }:
                    end = last;
                    break;
            }
        }

        Assert.True(end is not null, "The watch ended without an end.");
        return new Watched(readings, end);
    }

    /// <summary>Waits until the transfer has really begun, so that what follows happens in its midst.</summary>
    protected async Task InMidTransfer(MigrationRequest request)
    {
        await foreach (var report in Driver.WatchMigration(request, Cancellation))
        {
            switch (report)
            {
                case MigrationReport.Running { Progress: { Step: MigrationStep.NetworkTransfer, Transferred.Value: > 0 } }:
                    return;
                case MigrationReport.Ended { End: var end }:
                    Assert.Fail($"The migration ended before it was well under way: {end.Result}");
                    break;
            }
        }
    }

    /// <summary>What was seen of a migration.</summary>
    protected sealed record Watched(IReadOnlyList<MigrationProgress> Readings, MigrationEnd End)
    {
        public IEnumerable<MigrationStep> Steps => Readings.Select(r => r.Step);
    }
}
