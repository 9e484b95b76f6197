using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Server.Identity;

/// <summary>
/// Makes the first key at the first start, in a file that only this user can read.
/// <para>The file is written before the key is stored. A crash between the two leaves a file whose key the
/// store does not know; the next start finds it and takes that key, so the file is never a lie. Of two
/// processes that start at once on one store, one is first; the other takes its file away again.</para>
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
        var created = !File.Exists(path);
        var text = created ? Write(path) : Take(path);
        var key = new ApiKey(text.Id, text.Hash, Subject, Scopes.All, clock.GetUtcNow(), Subject);
        if (await keys.AddFirst(key, cancellationToken))
        {
            log.LogWarning("The first API key is in {Path}. Until another key exists, only calls from this machine are answered: drctl key create", path);
        }
        else if (created)
        {
            File.Delete(path);
        }
    }

    private static KeyText Write(string path)
    {
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

            File.Move(draft, path, overwrite: false);
            return text;
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

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
