using System.Text.Json;
using DrOrchestrator.SystemTests.Infrastructure;

namespace DrOrchestrator.SystemTests.Lab;

/// <summary>
/// The product in the real lab: QEMU guests, libvirt, PostgreSQL, RabbitMQ and Alertmanager. One server
/// for all tests of the collection; each test begins with every guest at its own host.
/// </summary>
public sealed class LabServer : IAsyncLifetime
{
    /// <summary>Enough that some move while others wait; each guest that is emulated costs a tenth of a processor for nothing.</summary>
    private const string Guests = "a1=3,a2=1";

    private const int GuestCount = 4;

    public static readonly bool Wanted = Environment.GetEnvironmentVariable("DR_LAB") == "1";

    public async ValueTask InitializeAsync()
    {
        if (Wanted)
        {
            await ChildProcess.Script("deploy/lab/up");
            await ChildProcess.Script("deploy/lab/guests", "--clean", "--per-host", Guests);
            await ChildProcess.Script("deploy/lab-server", "up", "3");
        }
    }

    /// <summary>Every guest back where it belongs, the network whole, and what the product records of it fresh.</summary>
    public async Task Reset(int transferTimeout = 120, int parallel = 4, int retryDelay = 8, int holdDown = 3)
    {
        Assert.SkipUnless(Wanted, "The lab needs root and DR_LAB=1; deploy/test sets it.");
        await ChildProcess.Script("deploy/lab/wan", "heal");
        await ChildProcess.Script("deploy/lab/wan", "shape", "200", "10");
        await ChildProcess.Script("deploy/lab/guests", "--renew", "--per-host", Guests);
        Environment.SetEnvironmentVariable("TRANSFER_TIMEOUT", $"{transferTimeout}");
        Environment.SetEnvironmentVariable("PARALLEL", $"{parallel}");
        Environment.SetEnvironmentVariable("RETRY_DELAY", $"{retryDelay}");
        await ChildProcess.Script("deploy/lab-server", "reset", $"{holdDown}");
        await Condition.Until(async () => (await Api("/vms")).GetProperty("vms").GetArrayLength() >= GuestCount, TimeSpan.FromSeconds(60), "all guests are known", Condition.Seldom);
    }

    public async Task<JsonElement> Api(string path, string? body = null)
    {
        var text = body is null
            ? await ChildProcess.Script("deploy/lab-server", "api", path)
            : await ChildProcess.Script("deploy/lab-server", "api", path, "-X", "POST", "-H", "Content-Type: application/json", "-d", body);
        return JsonDocument.Parse(text).RootElement;
    }

    public async Task<string> StartRun(string host) =>
        (await Api("/runs", $$"""{"plan":"evacuate-host","host":"{{host}}","reason":"A test on the lab."}""")).GetProperty("run").GetString()!;

    public Task<JsonElement> Run(string run) => Api($"/runs/{run}");

    /// <summary>Waits until one of the run's VMs is in the network transfer, and returns it.</summary>
    public async Task<JsonElement> UntilTransferring(string run)
    {
        JsonElement found = default;
        await Condition.Until(
            async () =>
            {
                found = (await Run(run)).GetProperty("vms").EnumerateArray().FirstOrDefault(vm =>
                    vm.TryGetProperty("transfer", out var transfer) && transfer.TryGetProperty("transferredBytes", out var bytes) && bytes.GetInt64() > 0
                    && vm.GetProperty("state").GetString() == "moving");
                return found.ValueKind is JsonValueKind.Object;
            },
            TimeSpan.FromSeconds(60),
            "a guest is being transferred");
        return found;
    }

    public Task UntilEnded(string run, TimeSpan deadline) =>
        Condition.Until(async () => (await Run(run)).GetProperty("run").GetProperty("phase").GetString() == "ended", deadline, $"run {run} has ended", Condition.Seldom);

    /// <summary>Where the hypervisors themselves, not our record, say that each guest runs.</summary>
    public static async Task<ILookup<string, string>> Truth() =>
        (await Copies()).Where(copy => copy.State == "running").ToLookup(copy => copy.Name, copy => copy.Host);

    /// <summary>Every copy on every host that can be asked, whatever its state.</summary>
    public static async Task<IReadOnlyList<(string Name, string Host, string State)>> Copies() =>
    [
        .. JsonDocument.Parse(await ChildProcess.Script("deploy/lab/guests", "--list", "--json")).RootElement.EnumerateArray()
            .Select(guest => (guest.GetProperty("name").GetString()!, guest.GetProperty("host").GetString()!, guest.GetProperty("state").GetString()!)),
    ];

    /// <summary>The guest's own boot id, asked as its clients would.</summary>
    public static async Task<string> BootId(string ip)
    {
        var status = await ChildProcess.Script("deploy/lab/exec", "orch", "curl", "-sf", "--max-time", "5", $"http://{ip}/status");
        return JsonDocument.Parse(status).RootElement.GetProperty("boot").GetString()!;
    }

    public static async Task<IReadOnlyDictionary<string, string>> BootIds()
    {
        var list = JsonDocument.Parse(await ChildProcess.Script("deploy/lab/guests", "--list", "--json")).RootElement;
        var ids = new Dictionary<string, string>();
        foreach (var guest in list.EnumerateArray().DistinctBy(guest => guest.GetProperty("name").GetString()))
        {
            ids[guest.GetProperty("name").GetString()!] = await BootId(guest.GetProperty("ip").GetString()!);
        }

        return ids;
    }

    public async ValueTask DisposeAsync()
    {
        if (Wanted)
        {
            await ChildProcess.Script("deploy/lab-server", "down");
            await ChildProcess.Script("deploy/lab/down");
        }
    }
}

[CollectionDefinition("lab", DisableParallelization = true)]
public sealed class LabCollection : ICollectionFixture<LabServer>;
