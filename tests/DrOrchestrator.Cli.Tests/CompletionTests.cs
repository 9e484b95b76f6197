using System.Diagnostics;
using Xunit;

namespace DrOrchestrator.Cli.Tests;

/// <summary>Real shells, each with a terminal, in which the key is pressed. Bash is everywhere; the others are skipped where they are not installed.</summary>
public sealed class CompletionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("bash", "drctl stat\t", "status")]
    [InlineData("bash", "drctl run st\t --hos\t a1", "run start --host a1")]
    [InlineData("bash", "drctl status --outp\t js\t", "status --output json")]
    [InlineData("bash", "echo run | drctl stat\t", "status")]
    [InlineData("zsh", "drctl stat\t", "status")]
    [InlineData("zsh", "drctl run st\t --hos\t a1", "run start --host a1")]
    [InlineData("zsh", "drctl status --outp\t js\t", "status --output json")]
    [InlineData("zsh", "echo run | drctl stat\t", "status")]
    public async Task The_key_completes_what_was_begun(string shell, string typed, string run)
    {
        var screen = await Typed(shell, typed);
        Assert.Contains($"RAN <{run}>", screen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    public async Task Without_the_script_it_completes_nothing(string shell)
    {
        Assert.Contains("RAN <stat>", await Typed(shell, "drctl stat\t", withScript: false), StringComparison.Ordinal);
    }

    /// <summary>Fish asks a terminal questions that <c>script</c> answers none of, so it is asked by its own command what the key would offer.</summary>
    [Theory]
    [InlineData("drctl stat", "status")]
    [InlineData("drctl run st", "start")]
    [InlineData("drctl run start --hos", "--host")]
    [InlineData("drctl status --output js", "json")]
    [InlineData("echo run | drctl stat", "status")]
    public async Task Fish_offers_what_was_begun(string typed, string offered)
    {
        Assert.Equal([offered], await Offered(typed, "drctl completion fish | source"));
        Assert.DoesNotContain(offered, await Offered(typed, "true"));
    }

    [Theory]
    [InlineData("bash", "--noprofile")]
    [InlineData("zsh", "-f")]
    [InlineData("fish", "--no-config")]
    public async Task The_shell_finds_its_script_well_formed(string shell, string plain)
    {
        Need(shell);
        await WithDrctl(async folder =>
        {
            var script = Path.Combine(folder, "script");
            await File.WriteAllTextAsync(script, (await Run(Path.Combine(folder, "drctl"), ["completion", shell], folder)).Said);
            Assert.StartsWith($"# drctl completion for {shell}", (await File.ReadAllTextAsync(script)).Replace("#compdef drctl\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.Equal((0, ""), await Run(shell, [plain, "-n", script], folder));
            await File.AppendAllTextAsync(script, "\necho 'and no end");
            Assert.NotEqual(0, (await Run(shell, [plain, "-n", script], folder)).Code);
            return true;
        });
    }

    private static void Need(string shell)
    {
        if (!File.Exists($"/usr/bin/{shell}"))
        {
            Assert.Skip($"{shell} is not installed: apt-get install {shell}");
        }
    }

    private static Task<string[]> Offered(string line, string source)
    {
        Need("fish");
        return WithDrctl(async folder =>
        {
            var (_, said) = await Run("fish", ["--no-config", "-c", $"set -gx PATH {folder} $PATH; {source}; complete -C '{line}'"], folder);
            return said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(each => each.Split('\t')[0]).ToArray();
        });
    }

    /// <summary>Types into an interactive shell whose drctl is the real one for completion, and says what it was called with otherwise.</summary>
    private static Task<string> Typed(string shell, string text, bool withScript = true)
    {
        Need(shell);
        return WithDrctl(async folder =>
        {
            var source = withScript ? $". <(drctl completion {shell})" : "true";
            await File.WriteAllTextAsync(Path.Combine(folder, ".zshrc"), $"PATH={folder}:$PATH\nautoload -Uz compinit; compinit -u -D\n{source}\nunsetopt beep\nPS1='> '\n");
            await File.WriteAllTextAsync(Path.Combine(folder, "rc"), $"PATH={folder}:$PATH\n{source}\nbind 'set bell-style none'\nPS1='> '\n");
            var interactive = shell == "zsh" ? "zsh -d -i" : $"bash --noprofile --rcfile {folder}/rc -i";
            return (await Run("script", ["-qec", interactive, "/dev/null"], folder, $"{text}\nexit\n")).Said;
        });
    }

    private static async Task<T> WithDrctl<T>(Func<string, Task<T>> use)
    {
        var folder = Directory.CreateTempSubdirectory("dro-completion-").FullName;
        try
        {
            var drctl = Path.Combine(folder, "drctl");
            await File.WriteAllTextAsync(drctl, $"""
                #!/bin/bash
                case "$1 $2" in
                  "[suggest:"* | "completion "*) exec dotnet {Path.Combine(AppContext.BaseDirectory, "drctl.dll")} "$@" ;;
                esac
                echo "RAN <$*>"

                """);
            File.SetUnixFileMode(drctl, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return await use(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What a program said on both its outputs.</summary>
    private static async Task<(int Code, string Said)> Run(string program, IEnumerable<string> arguments, string home, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TERM"] = "dumb";
        start.Environment["ZDOTDIR"] = home;
        start.Environment["XDG_CONFIG_HOME"] = home;
        start.Environment["XDG_DATA_HOME"] = home;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        await process.StandardInput.FlushAsync();
        if (input.Length == 0)
        {
            process.StandardInput.Close();
        }

        using var patience = new CancellationTokenSource(Patience);
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await said + await errors);
    }
}
