using System.Diagnostics;
using System.Globalization;
using DrOrchestrator.SystemTests.Infrastructure;

namespace DrOrchestrator.Benchmarks;

/// <summary>What a server costs that has 100 VMs to look after and nothing to do.</summary>
internal static class IdleServer
{
    private static readonly TimeSpan Observed = TimeSpan.FromSeconds(60);

    public static async Task Measure(Services services)
    {
        await using var fleet = await TestFleet.Start(services.Folder, vms: 100, memoryMebibytes: 64);
        await using var server = TestServer.Start(services, "idle", 15981, "idle");
        await TestServer.WaitUntilUp(15981);
        await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System);
        using var process = Process.GetProcessById(server.Id);
        var before = process.TotalProcessorTime;
        await Task.Delay(Observed, TimeProvider.System);
        process.Refresh();
        var share = (process.TotalProcessorTime - before) / Observed;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"benchmark":"idle","memoryMebibytes":{{process.WorkingSet64 / 1048576d:0}},"cpuPercentOfOneCore":{{share * 100:0.00}}}"""));
    }
}
