using System.Diagnostics;
using System.Text.Json;
using DrOrchestrator.Core.Moves;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>
/// A process that starts a migration and is then killed: this very program, run again with its variable
/// set and told to run what is explicit, does in this class that and nothing else.
/// </summary>
public sealed class MigrationStarter
{
    private const string Variable = "DR_START_MIGRATION";

    [Fact(Explicit = true)]
    public async Task Starts_a_migration_and_waits_to_be_killed()
    {
        var order = JsonSerializer.Deserialize<Order>(Environment.GetEnvironmentVariable(Variable)!)!;
        var request = new MigrationRequest(
            new(order.Move),
            new(new(order.Id), order.Name),
            LibvirtLab.Endpoint(order.Source, "A"),
            LibvirtLab.Endpoint(order.Destination, "B"),
            1,
            MigrationOptions.Default with { BandwidthCap = order.Cap is { } cap ? new(cap) : null });
        await using var driver = new LibvirtDriver();
        Assert.IsType<Outcome<Nothing>.Done>(await driver.EnsureMigration(request, default));
        await foreach (var report in driver.WatchMigration(request, default))
        {
            if (report is MigrationReport.Running { Progress: { Step: MigrationStep.NetworkTransfer, Transferred.Value: > 0 } })
            {
                await File.WriteAllTextAsync(order.Mark, "under way");
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
            }
        }
    }

    /// <summary>Runs that process until memory flows, and kills it with SIGKILL.</summary>
    internal static async Task StartAndDie(MigrationRequest request)
    {
        var mark = Path.GetTempFileName();
        var order = new Order(
            request.Vm.Id.Value,
            request.Vm.Name,
            request.Source.Host.Value,
            request.Destination.Host.Value,
            request.Move.Value,
            request.Options.BandwidthCap?.BytesPerSecond,
            mark);
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            Environment = { [Variable] = JsonSerializer.Serialize(order) },
        };

        // Under dotnet the program is an argument; started by its own name it needs none.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(MigrationStarter).Assembly.Location);
        }

        start.ArgumentList.Add("-explicit");
        start.ArgumentList.Add("only");
        start.ArgumentList.Add("-class");
        start.ArgumentList.Add(typeof(MigrationStarter).FullName!);
        using var process = Process.Start(start)!;
        try
        {
            await LibvirtLab.WaitUntil(() => Task.FromResult(new FileInfo(mark).Length > 0 || process.HasExited), "the migration to be under way");
            Assert.False(process.HasExited, "The child could not start the migration.");
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            File.Delete(mark);
        }
    }

    private sealed record Order(string Id, string Name, string Source, string Destination, string Move, double? Cap, string Mark);
}
