using System.Diagnostics;
using Xunit;

namespace DrOrchestrator.Cli.Tests;

/// <summary>A real bash, with a terminal, in which the key is pressed.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("drctl stat\t", "status")]
    [InlineData("drctl run st\t --hos\t a1", "run start --host a1")]
    [InlineData("drctl status --outp\t js\t", "status --output json")]
    public async Task Bash_completes_what_was_begun(string typed, string run)
    {
        var screen = await Typed(typed);
        Assert.Contains($"RAN <{run}>", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bash_without_the_script_completes_nothing()
    {
        Assert.Contains("RAN <stat>", await Typed("drctl stat\t", source: "true"), StringComparison.Ordinal);
    }

    /// <summary>Types into an interactive bash whose drctl is the real one for completion, and says what it was called with otherwise.</summary>
    private static async Task<string> Typed(string text, string source = ". <(drctl completion bash)")
    {
        var folder = Directory.CreateTempSubdirectory("dro-completion-").FullName;
        try
        {
            var drctl = Path.Combine(folder, "drctl");
            await File.WriteAllTextAsync(drctl, $"""
                #!/bin/bash
                case "$1 $2" in
                  "[suggest:"* | "completion bash") exec dotnet {Path.Combine(AppContext.BaseDirectory, "drctl.dll")} "$@" ;;
                esac
                echo "RAN <$*>"

                """);
            File.SetUnixFileMode(drctl, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var rc = Path.Combine(folder, "rc");
            await File.WriteAllTextAsync(rc, $"PATH={folder}:$PATH\n{source}\nbind 'set bell-style none'\nPS1='> '\n");
            var start = new ProcessStartInfo("script", ["-qec", $"bash --noprofile --rcfile {rc} -i", "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["TERM"] = "dumb";
            using var shell = Process.Start(start)!;
            await shell.StandardInput.WriteAsync($"{text}\nexit\n");
            await shell.StandardInput.FlushAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var screen = await shell.StandardOutput.ReadToEndAsync(patience.Token);
            await shell.WaitForExitAsync(patience.Token);
            return screen;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
