using System.Runtime.InteropServices;
using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Server.Identity;

/// <summary>
/// Makes the first key at the first start, in a file that only this user can read.
/// <para>The file is written before the key is stored. A crash between the two leaves a file whose key the
/// store does not know; the next start finds it and takes that key, so the file is never a lie. Of two
/// processes that start at once on one store, one is first; the other takes its file away again, or where both have one
/// path, takes the key in it.</para>
/// </summary>
public sealed class FirstKey(IKeyStore keys, IdentityOptions options, TimeProvider clock, ILogger<FirstKey> log)
{
    /// <summary>The subject of the first key. It counts as nobody's own key; see <see cref="LoopbackGate"/>.</summary>
    public const string Subject = "first-key";

    public async Task Ensure(CancellationToken cancellationToken)
    {
        if ((await keys.List(cancellationToken)).Count > 0)
        {
            return;
        }

        var path = Path.GetFullPath(options.FirstKeyPath);
        var (text, written) = WriteOrTake(path);
        var key = new ApiKey(text.Id, text.Hash, Subject, Scopes.All, clock.GetUtcNow(), Subject);
        if (await keys.AddFirst(key, cancellationToken))
        {
            log.LogWarning("The first API key is in {Path}. Until another key exists, only calls from this machine are answered: drctl key create --subject NAME --scope view", path);
        }
        else if (written && await keys.Find(text.Id, cancellationToken) is null)
        {
            // Where the other process took our file, its key is this one, and the file is true.
            File.Delete(path);
        }
    }

    /// <summary>Of processes that start at once each sees the other's file come, and may see it go: whoever can neither write nor take looks again.</summary>
    private static (KeyText Text, bool Written) WriteOrTake(string path)
    {
        const int Looks = 10;
        for (var look = 1; ; look++)
        {
            try
            {
                return Write(path) is { } text ? (text, true) : (Take(path), false);
            }
            catch (IOException) when (look < Looks)
            {
                // Another process is at it.
            }
        }
    }

    /// <summary>Null: the file is there already, of an earlier start or of a process that starts just now.</summary>
    private static KeyText? Write(string path)
    {
        if (File.Exists(path))
        {
            return null;
        }

        var text = KeyText.New();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);

        // The file has its mode from its first moment (open with O_CREAT, O_EXCL and 0600), under another name,
        // so that nobody ever finds it readable for others or half written.
        var draft = $"{path}.{text.Id}";
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using (var stream = new FileStream(draft, create))
            using (var writer = new StreamWriter(stream))
            {
                writer.WriteLine(text.Reveal());
                writer.Flush();
                stream.Flush(flushToDisk: true);
            }

            if (!Publish(draft, path))
            {
                File.Delete(draft);
                return null;
            }

            return text;
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <summary>
    /// Gives the draft its name unless the name is taken. File.Move without overwrite looks first and renames then: of two that
    /// do so at once the later wins (seen with .NET 10 on Linux, and the key in the store was another than the one in the file).
    /// </summary>
    private static bool Publish(string draft, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Move(draft, path, overwrite: false);
            return true;
        }

        if (Link(draft, path) != 0)
        {
            const int Exists = 17; // EEXIST
            var error = Marshal.GetLastPInvokeError();
            return error == Exists ? false : throw new IOException($"{path} could not be made: {Marshal.GetPInvokeErrorMessage(error)}");
        }

        File.Delete(draft);
        return true;
    }

#pragma warning disable SYSLIB1054, CA5392 // One call; the generated form would make the whole project unsafe. libc is the process's own.
    [DllImport("libc", EntryPoint = "link", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Link(string from, string to);
#pragma warning restore SYSLIB1054, CA5392

    private static KeyText Take(string path)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & others) != 0)
        {
            throw new InvalidOperationException($"{path} can be read or written by others, so the key in it is not taken. Delete the file and start again.");
        }

        return KeyText.TryParse(File.ReadAllText(path).Trim(), out var text)
            ? text
            : throw new InvalidOperationException($"{path} is there but holds no key. Delete it, or name another path for the first key.");
    }
}
