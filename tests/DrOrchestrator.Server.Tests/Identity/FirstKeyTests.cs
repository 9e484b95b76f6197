using DrOrchestrator.Server.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DrOrchestrator.Server.Tests.Identity;

/// <summary>Two processes that start at once, on one store and with one path.</summary>
public sealed class FirstKeyTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("first-key-").FullName;
    private readonly InMemoryKeyStore store = new();

    private string FilePath => Path.Combine(folder, "first-key");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_file_stays_where_the_other_process_took_the_key_in_it_and_was_first_with_it()
    {
        var other = new FirstKey(store, Options, TimeProvider.System, NullLogger<FirstKey>.Instance);
        var late = new FirstKey(new Interrupted(store, () => other.Ensure(CancellationToken.None)), Options, TimeProvider.System, NullLogger<FirstKey>.Instance);

        await late.Ensure(CancellationToken.None);

        await TheFileIsTrue();
    }

    [Fact]
    public async Task All_of_many_that_start_at_once_start_and_the_file_is_true()
    {
        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(
            () => new FirstKey(store, Options, TimeProvider.System, NullLogger<FirstKey>.Instance).Ensure(CancellationToken.None))));

        await TheFileIsTrue();
        Assert.Equal([FilePath], Directory.GetFiles(folder));
    }

    private IdentityOptions Options => new() { FirstKeyPath = FilePath };

    private async Task TheFileIsTrue()
    {
        Assert.True(KeyText.TryParse((await File.ReadAllTextAsync(FilePath)).Trim(), out var text));
        Assert.Equal(text.Id, Assert.Single(await store.List(CancellationToken.None)).Id);
    }

    /// <summary>Lets another process do all of its start between this one's file and its store.</summary>
    private sealed class Interrupted(IKeyStore inner, Func<Task> meanwhile) : IKeyStore
    {
        public Task<ApiKey?> Find(string id, CancellationToken cancellationToken) => inner.Find(id, cancellationToken);

        public Task<IReadOnlyList<ApiKey>> List(CancellationToken cancellationToken) => inner.List(cancellationToken);

        public Task Add(ApiKey key, CancellationToken cancellationToken) => inner.Add(key, cancellationToken);

        public async Task<bool> AddFirst(ApiKey key, CancellationToken cancellationToken)
        {
            await meanwhile();
            return await inner.AddFirst(key, cancellationToken);
        }

        public Task<Revocation> Revoke(string id, string by, DateTimeOffset at, CancellationToken cancellationToken) => inner.Revoke(id, by, at, cancellationToken);
    }
}
