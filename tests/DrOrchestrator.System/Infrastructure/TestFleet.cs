using System.Text.Json;

namespace DrOrchestrator.SystemTests.Infrastructure;

/// <summary>The simulated hypervisors in a process that no test kills, and their journal of what truly happened.</summary>
internal sealed class TestFleet(ChildProcess process, string journal) : IAsyncDisposable
{
    public const string Address = "http://127.0.0.1:15991/";

    public static async Task<TestFleet> Start(string folder, int vms, int memoryMebibytes, bool instant = false, int alsoOnA2 = 0, int hostsPerSite = 2, int onEveryHost = 0)
    {
        var journal = Path.Combine(folder, $"effects-{Guid.NewGuid():n}.jsonl");
        var process = ChildProcess.StartDotnet(
            Repository.Built("tests/DrOrchestrator.FleetHost", "DrOrchestrator.FleetHost"), Path.Combine(folder, "fleet.log"), [],
            "--url", Address.TrimEnd('/'), "--journal", journal, "--vms", $"{vms}", "--memory", $"{memoryMebibytes}", "--instant", instant ? "true" : "false", "--also-on-a2", $"{alsoOnA2}",
            "--hosts-per-site", $"{hostsPerSite}", "--on-every-host", $"{onEveryHost}");
        using var http = new HttpClient();
        await Condition.Until(
            async () => (await http.GetAsync(new Uri(Address + "fleet/running"))).IsSuccessStatusCode,
            TimeSpan.FromSeconds(60),
            "the fleet answers");
        return new TestFleet(process, journal);
    }

    /// <summary>Everything that truly happened, in order.</summary>
    public async Task<IReadOnlyList<JsonElement>> Journal()
    {
        using var reader = new StreamReader(new FileStream(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var text = await reader.ReadToEndAsync();
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
