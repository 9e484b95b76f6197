using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace DrOrchestrator.Lab.Tests;

/// <summary>
/// Starts a second copy of a guest on purpose, past every guard, and wants the probe to count it: a
/// probe that has never seen a duplicate proves nothing by reporting none.
/// </summary>
[Trait("Category", "Lab")]
public sealed class DuplicateIsSeenTests
{
    private static readonly bool Wanted = Environment.GetEnvironmentVariable("DR_LAB") == "1";

    [Fact]
    public async Task A_second_copy_started_by_hand_is_counted()
    {
        var guest = await AGuestThatRuns();
        var elsewhere = guest.Host == "b2" ? "a2" : "b2";
        var definition = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(definition, await Lab("exec", guest.Host, "virsh", "dumpxml", "--inactive", guest.Name));
            await Lab("exec", elsewhere, "virsh", "-q", "define", definition);
            await Lab("exec", elsewhere, "virsh", "-q", "start", guest.Name);

            using var report = JsonDocument.Parse(await Lab("probe", "--seconds", "10", "--json"));
            var seen = report.RootElement.GetProperty("guests").EnumerateArray()
                .First(g => g.GetProperty("name").GetString() == guest.Name);

            Assert.True(seen.GetProperty("runningOverlaps").GetInt32() > 10, seen.GetRawText());
            Assert.Equal(2, seen.GetProperty("hostsSeenRunning").GetArrayLength());
            Assert.True(report.RootElement.GetProperty("duplicates").GetInt32() > 0);
        }
        finally
        {
            File.Delete(definition);
            await Run("exec", elsewhere, "virsh", "-q", "destroy", guest.Name);
            await Run("exec", elsewhere, "virsh", "-q", "undefine", guest.Name);
        }

        // The switches learned the second copy's port; the first must be found again.
        await AnswersAgain(guest.Ip);
    }

    private static async Task<(string Name, string Host, string Ip)> AGuestThatRuns()
    {
        // Where the lab is wanted, that it is not there is a failure.
        Assert.SkipUnless(Wanted || Environment.IsPrivilegedProcess, "the lab needs root");
        var (exit, output) = await Run("guests", "--list", "--json");
        Assert.SkipUnless(Wanted || exit == 0, "the lab is not up: deploy/lab/up, then deploy/lab/guests");
        Assert.True(exit == 0, output);
        using var document = JsonDocument.Parse(output);
        var guests = document.RootElement.EnumerateArray()
            .Select(g => (Name: g.GetProperty("name").GetString()!, Host: g.GetProperty("host").GetString()!,
                Ip: g.GetProperty("ip").GetString()!, State: g.GetProperty("state").GetString()!))
            .ToList();
        // One that no test moves about, and with one definition only.
        var chosen = guests.Where(g => g.State == "running" && guests.Count(other => other.Name == g.Name) == 1)
            .OrderBy(g => g.Name, StringComparer.Ordinal).LastOrDefault();
        Assert.SkipUnless(Wanted || chosen.Name is not null, "no guest runs: deploy/lab/guests");
        Assert.NotNull(chosen.Name);
        return (chosen.Name!, chosen.Host, chosen.Ip);
    }

    private static async Task AnswersAgain(string ip)
    {
        var deadline = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        while ((await Run("exec", "probe-a", "curl", "-fs", "-m", "2", $"http://{ip}/status")).Exit != 0)
        {
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(60), "the guest is not found again");
            await timer.WaitForNextTickAsync();
        }
    }

    private static async Task<string> Lab(string command, params string[] arguments)
    {
        var (exit, output) = await Run(command, arguments);
        Assert.True(exit == 0, $"{command} {string.Join(' ', arguments)} ended with {exit}: {output}");
        return output;
    }

    private static async Task<(int Exit, string Output)> Run(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(LabFolder(), command), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await errors);
    }

    private static string LabFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var lab = Path.Combine(folder.FullName, "deploy", "lab");
            if (File.Exists(Path.Combine(lab, "up")))
            {
                return lab;
            }
        }

        throw new InvalidOperationException("deploy/lab is not above the tests");
    }
}
