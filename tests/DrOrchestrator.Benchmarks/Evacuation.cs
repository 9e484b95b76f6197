using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using DrOrchestrator.SystemTests.Infrastructure;
using DrOrchestrator.Testing;

namespace DrOrchestrator.Benchmarks;

/// <summary>
/// Eight real guests off one host of the lab, by the product and by plain <c>virsh migrate</c> with the same transport,
/// to the same destinations, at the same parallelism, in turns. The makespan of the product includes preflight and
/// verification, which virsh has none of, and its server shares the hosts' processors; it counts from the plan to the last end, by the
/// record, where virsh's counts from the first command to the last return. Silence is what clients inside the sites saw.
/// At the parallelism that the runbook comes with, a third way stands beside them: virsh as one must use it so that no cut can
/// leave two running copies (the guest arrives paused and is started when the source's copy is gone), which is what the product does. Each of its guests
/// stands still while a further virsh starts and connects, as it does for whoever works so from a shell.
/// </summary>
internal static class Evacuation
{
    private const int Guests = 8;
    private const string Plain = "virsh";
    private const string Confirmed = "virsh-confirmed";
    private const string Product = "product";
    private const int Chosen = 4;
    private const double WantedOverVirsh = 1.10;
    private static readonly int[] Parallel = [1, 2, 4, 8];

    // The run says itself how long it took; asking often would take the processors from it, and virsh is not asked at all.
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    public static async Task Measure(Goals goals, int rounds)
    {
        var seen = new List<Sample>();
        await ChildProcess.Script("deploy/lab/guests", "--clean", "--per-host", $"a1={Guests}");
        await ChildProcess.Script("deploy/lab-server", "up", "3");
        try
        {
            await WritePlans();
            for (var round = 1; round <= rounds; round++)
            {
                foreach (var parallel in Parallel)
                {
                    foreach (var way in Ways(parallel))
                    {
                        await BringHome();
                        var (makespan, silence, worst) = await Watched(() => way == Product ? ByProduct(parallel) : ByVirsh(parallel, confirmed: way == Confirmed));
                        seen.Add(new Sample(way, parallel, makespan, silence));
                        Say($"round {round}: {way}, {parallel} at once: makespan {makespan:0.0} s, worst silence {silence:0.00} s ({worst})");
                    }
                }
            }
        }
        finally
        {
            KeepLog();
            await ChildProcess.Script("deploy/lab-server", "down");
        }

        foreach (var parallel in Parallel)
        {
            var product = Median(seen, Product, parallel);
            foreach (var way in Ways(parallel).Where(way => way != Product))
            {
                var virsh = Median(seen, way, parallel);
                Say($$"""{"benchmark":"evacuation","observed":"real","against":"{{way}}","guests":{{Guests}},"parallel":{{parallel}},"rounds":{{rounds}},"makespanSeconds":{{product.Makespan:0.0}},"virshMakespanSeconds":{{virsh.Makespan:0.0}},"makespanRatio":{{product.Makespan / virsh.Makespan:0.00}},"silenceSeconds":{{product.Silence:0.00}},"virshSilenceSeconds":{{virsh.Silence:0.00}},"silenceRatio":{{product.Silence / virsh.Silence:0.00}}}""");
            }
        }

        var (chosen, plain) = (Median(seen, Product, Chosen), Median(seen, Plain, Chosen));
        goals.AtMost($"evacuation: makespan over plain virsh's at {Chosen} at once", chosen.Makespan / plain.Makespan, WantedOverVirsh);
        goals.AtMost($"evacuation: worst silence over plain virsh's at {Chosen} at once", chosen.Silence / plain.Silence, WantedOverVirsh);
    }

    private static string ServerFolder => Environment.GetEnvironmentVariable("DR_DEMO_STATE") ?? "/var/lib/drorchestrator-lab-server";

    /// <summary>What the server said, for a figure that nobody expected: the lab's server leaves nothing behind.</summary>
    private static void KeepLog()
    {
        var log = Path.Combine(ServerFolder, "server.log");
        if (File.Exists(log))
        {
            var kept = Path.Combine(Directory.CreateTempSubdirectory("dr-bench-").FullName, "server.log");
            File.Copy(log, kept);
            Say($"the server's log: {kept}");
        }
    }

    private static string[] Ways(int parallel) => parallel == Chosen ? [Plain, Product, Confirmed] : [Plain, Product];

    /// <summary>One plan for each parallelism, so that one server, warm, makes all the runs.</summary>
    private static async Task WritePlans()
    {
        var folder = Path.Combine(ServerFolder, "runbooks");
        var text = await File.ReadAllTextAsync(Path.Combine(folder, "evacuate-host.yaml"));
        var without = Regex.Replace(text, "^triggers:.*?^(?=# Where the VMs go)", "", RegexOptions.Multiline | RegexOptions.Singleline);
        if (without == text)
        {
            throw new InvalidOperationException("The runbook's triggers were not found; four plans must not share them.");
        }

        foreach (var parallel in Parallel)
        {
            var plan = Regex.Replace(without, "^name: .*$", $"name: {PlanOf(parallel)}", RegexOptions.Multiline);
            plan = Regex.Replace(plan, "parallel: .*", $"parallel: {parallel}");
            plan = Regex.Replace(plan, "perDestination: .*", $"perDestination: {Math.Max(1, parallel / 2)}");
            await File.WriteAllTextAsync(Path.Combine(folder, $"{PlanOf(parallel)}.yaml"), plan);
        }

        await ChildProcess.Script("deploy/lab-server", "stop");
        await ChildProcess.Script("deploy/lab-server", "start");
    }

    private static string PlanOf(int parallel) => string.Create(CultureInfo.InvariantCulture, $"evacuate-{parallel}-at-once");

    private static async Task<double> ByVirsh(int parallel, bool confirmed)
    {
        var names = (await Located()).Select(guest => guest.Name).Order(StringComparer.Ordinal).ToArray();
        var began = Stopwatch.GetTimestamp();
        using var lanes = new SemaphoreSlim(parallel);
        await Task.WhenAll(names.Select(async (name, index) =>
        {
            await lanes.WaitAsync();
            try
            {
                var to = index % 2 == 0 ? "b1" : "b2";
                await Migrate(name, "a1", to, confirmed ? ["--suspend"] : []);
                if (confirmed)
                {
                    await ChildProcess.Script("deploy/lab/exec", "orch", "virsh", "-q", "-c", $"qemu+tcp://{to}/system", "resume", name);
                }
            }
            finally
            {
                lanes.Release();
            }
        }));
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<double> ByProduct(int parallel)
    {
        await Condition.Until(
            async () => (await Api("/vms")).GetProperty("vms").EnumerateArray().Count(vm => vm.TryGetProperty("runsAt", out var at) && at.GetString() == "a1") == Guests,
            TimeSpan.FromMinutes(2),
            "the product knows that all guests are at a1",
            Condition.Seldom);
        var run = (await Api("/runs", $$"""{"plan":"{{PlanOf(parallel)}}","host":"a1","reason":"A benchmark."}""")).GetProperty("run").GetString();
        JsonElement detail = default;
        await Condition.Until(
            async () => (detail = await Api($"/runs/{run}")).GetProperty("run").GetProperty("phase").GetString() == "ended", TimeSpan.FromMinutes(5), "the run has ended", Every);
        return detail.GetProperty("run").GetProperty("outcome").GetString() == "completed"
            ? detail.GetProperty("movingSeconds").GetDouble()
            : throw new InvalidOperationException($"The run did not move every guest: {detail}");
    }

    private static async Task<(double Makespan, double Silence, string Worst)> Watched(Func<Task<double>> evacuate)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "deploy/lab/probe")) { RedirectStandardOutput = true };
        start.ArgumentList.Add("--json");
        start.ArgumentList.Add("--interval-ms");
        start.ArgumentList.Add("40");
        using var probe = Process.Start(start)!;
        var output = probe.StandardOutput.ReadToEndAsync();
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        var makespan = await evacuate();
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        using var ending = Process.Start("kill", ["-TERM", $"{probe.Id}"]);
        await probe.WaitForExitAsync();
        var report = JsonDocument.Parse(await output).RootElement;
        return report.GetProperty("duplicates").GetInt32() == 0
            ? (makespan, report.GetProperty("maxSilenceSeconds").GetDouble(), Worst(report))
            : throw new InvalidOperationException($"A guest ran twice: {report}");
    }

    /// <summary>Which guest it was, and when: with the server's log, enough to look into it.</summary>
    private static string Worst(JsonElement report)
    {
        var guest = report.GetProperty("guests").EnumerateArray().MaxBy(guest => guest.GetProperty("maxSilenceSeconds").GetDouble());
        var at = report.GetProperty("startedAt").GetDateTimeOffset().AddSeconds(guest.GetProperty("silenceAt").GetDouble());
        return string.Create(CultureInfo.InvariantCulture, $"{guest.GetProperty("name").GetString()} from {at:HH:mm:ss.f}Z, by client {guest.GetProperty("maxSilenceSecondsByProbe")}");
    }

    private static async Task BringHome() =>
        await Task.WhenAll((await Located()).Where(guest => guest.Host != "a1").Select(guest => Migrate(guest.Name, guest.Host, "a1")));

    private static Task<string> Migrate(string name, string from, string to, params string[] more) => ChildProcess.Script(
        "deploy/lab/exec",
        [
            "orch", "virsh", "-q", "-c", $"qemu+tcp://{from}/system", "migrate", "--live", "--p2p", "--persistent", "--undefinesource",
            "--abort-on-error", "--auto-converge", "--tls", .. more, "--migrateuri", $"tcp://{to}-mig", name, $"qemu+tls://{to}/system",
        ]);

    private static async Task<IReadOnlyList<(string Name, string Host)>> Located() =>
    [
        .. JsonDocument.Parse(await ChildProcess.Script("deploy/lab/guests", "--list", "--json")).RootElement.EnumerateArray()
            .Select(guest => (guest.GetProperty("name").GetString()!, guest.GetProperty("host").GetString()!)),
    ];

    private static async Task<JsonElement> Api(string path, string? body = null) => JsonDocument.Parse(body is null
        ? await ChildProcess.Script("deploy/lab-server", "api", path)
        : await ChildProcess.Script("deploy/lab-server", "api", path, "-X", "POST", "-H", "Content-Type: application/json", "-d", body)).RootElement;

    private static (double Makespan, double Silence) Median(List<Sample> seen, string way, int parallel)
    {
        var those = seen.Where(sample => sample.Way == way && sample.Parallel == parallel).ToArray();
        return (those.Select(sample => sample.Makespan).Order().ElementAt(those.Length / 2), those.Select(sample => sample.Silence).Order().ElementAt(those.Length / 2));
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed record Sample(string Way, int Parallel, double Makespan, double Silence);
}
