using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DrOrchestrator.SystemTests.Infrastructure;

/// <summary>A process of ours, ended by its id.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigKill = 9;

    private readonly Process process;
    private readonly StreamWriter log;

    private ChildProcess(Process process, StreamWriter log, string logPath)
    {
        this.process = process;
        this.log = log;
        LogPath = logPath;
    }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public string LogPath { get; }

    public static ChildProcess StartDotnet(string assembly, string logPath, IEnumerable<KeyValuePair<string, string>> environment, params IEnumerable<string> arguments) =>
        Start("dotnet", logPath, environment, [assembly, .. arguments]);

    public static ChildProcess Start(string program, string logPath, IEnumerable<KeyValuePair<string, string>> environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var log = new StreamWriter(new FileStream(logPath, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        var process = new Process { StartInfo = start };
        void Write(object sender, DataReceivedEventArgs line)
        {
            lock (log)
            {
                if (line.Data is not null)
                {
                    log.WriteLine(line.Data);
                }
            }
        }

        process.OutputDataReceived += Write;
        process.ErrorDataReceived += Write;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ChildProcess(process, log, logPath);
    }

    /// <summary>kill -9: no goodbye.</summary>
    public async Task Kill()
    {
        Signal(SigKill);
        await process.WaitForExitAsync();
    }

    public void Signal(int number)
    {
        if (!process.HasExited)
        {
            _ = Send(process.Id, number);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Signal(SigTerm);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            await Kill();
        }

        process.Dispose();
        lock (log)
        {
            log.Dispose();
        }
    }

    /// <summary>Runs a script of the checkout to its end and returns what it printed.</summary>
    /// <exception cref="ScriptFailedException">It ended with another code than 0.</exception>
    public static async Task<string> Script(string path, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, path)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var (said, complained) = (await output, await error);
        return process.ExitCode == 0
            ? said
            : throw new ScriptFailedException($"{path} {string.Join(' ', arguments)} ended with {process.ExitCode}: {said}{complained}");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int pid, int signal);
}
