using System.Diagnostics;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>A command that was run, and what it said.</summary>
internal sealed record Run(int Code, string Output)
{
    public static async Task<Run> Must(params string[] command)
    {
        var run = await Try(command);
        Assert.True(run.Code == 0, $"{string.Join(' ', command)}: {run.Output}");
        return run;
    }

    public static async Task<Run> Try(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new Run(process.ExitCode, await output + await error);
    }
}
