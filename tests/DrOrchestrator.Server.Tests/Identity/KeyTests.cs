using System.Net;
using System.Net.Http.Json;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Server.Identity;
using DrOrchestrator.Server.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace DrOrchestrator.Server.Tests.Identity;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class KeyTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("dro-key-").FullName;

    private string FirstPath => Path.Combine(folder, "state", "first.key");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_secret_has_256_random_bits_and_only_its_hash_is_kept()
    {
        var key = KeyText.New();

        Assert.Matches("^dro_[0-9a-f]{12}_[0-9a-f]{64}$", key.Reveal());
        Assert.Matches("^[0-9a-f]{64}$", key.Hash);
        Assert.NotEqual(key.Secret, key.Hash);
        Assert.DoesNotContain(key.Secret, key.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(key.Secret, KeyText.New().Secret);
    }

    [Fact]
    public void A_key_proves_itself_and_no_other()
    {
        var key = KeyText.New();
        var stored = new ApiKey(key.Id, key.Hash, "night-shift", [Scopes.View], SteppedClock.Start, "test");

        Assert.True(KeyText.TryParse(key.Reveal(), out var parsed) && parsed.Proves(stored));
        Assert.False(KeyText.New().Proves(stored));
        Assert.False(KeyText.TryParse(key.Reveal().ToUpperInvariant(), out _));
        Assert.False(KeyText.TryParse(key.Reveal() + "0", out _));
    }

    [Fact]
    public async Task The_first_key_lies_in_a_file_that_only_its_owner_can_read()
    {
        var keys = new InMemoryKeyStore();
        await Ensure(keys);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FirstPath));
        Assert.True(KeyText.TryParse((await File.ReadAllTextAsync(FirstPath)).Trim(), out var text));
        var stored = Assert.Single(await keys.List(default));
        Assert.True(text.Proves(stored));
        Assert.Equal((FirstKey.Subject, true), (stored.Subject, stored.HoldsAllScopes));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(FirstPath)!));
    }

    [Fact]
    public async Task A_second_start_makes_no_second_key()
    {
        var keys = new InMemoryKeyStore();
        await Ensure(keys);
        File.Delete(FirstPath);
        await Ensure(keys);

        Assert.Single(await keys.List(default));
        Assert.False(File.Exists(FirstPath));
    }

    [Fact]
    public async Task A_crash_between_file_and_store_is_mended_by_the_next_start()
    {
        await Ensure(new InMemoryKeyStore());
        var text = await File.ReadAllTextAsync(FirstPath);

        var keys = new InMemoryKeyStore();
        await Ensure(keys);

        Assert.Equal(text, await File.ReadAllTextAsync(FirstPath));
        Assert.True(KeyText.TryParse(text.Trim(), out var key) && key.Proves(Assert.Single(await keys.List(default))));
    }

    [Fact]
    public async Task A_key_file_that_others_can_read_is_not_taken()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FirstPath)!);
        await File.WriteAllTextAsync(FirstPath, KeyText.New().Reveal());
        File.SetUnixFileMode(FirstPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Ensure(new InMemoryKeyStore()));
    }

    [Fact]
    public async Task The_last_key_that_may_manage_keys_can_not_be_revoked()
    {
        await using var server = await TestServerHost.Start();
        using var admin = server.With((await File.ReadAllTextAsync(server.FirstKeyPath)).Trim());
        var first = Assert.Single((await admin.GetFromJsonAsync<KeyList>("/api/v1/keys", ContractJson.Options))!.Keys);

        using var refused = await admin.PostAsync($"/api/v1/keys/{first.Id}/revoke", null);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);

        using var second = await server.As("security-desk", [.. Scopes.All]);
        using var revoked = await second.PostAsync($"/api/v1/keys/{first.Id}/revoke", null);
        Assert.Equal("security-desk", (await revoked.Content.ReadFromJsonAsync<KeyView>(ContractJson.Options))!.RevokedBy);
        using var late = await admin.GetAsync("/api/v1/keys");
        Assert.Equal(HttpStatusCode.Unauthorized, late.StatusCode);
    }

    [Theory]
    [InlineData("vm-7", "view")]
    [InlineData("host-a1", "view")]
    [InlineData("first-key", "view")]
    [InlineData("Night Shift", "view")]
    [InlineData("", "view")]
    [InlineData("night-shift", "admin")]
    [InlineData("night-shift", "")]
    public async Task A_key_for_nobody_in_particular_or_for_nothing_is_not_made(string subject, string scopes)
    {
        await using var server = await TestServerHost.Start();
        using var admin = server.With((await File.ReadAllTextAsync(server.FirstKeyPath)).Trim());

        using var answer = await admin.PostAsJsonAsync(
            "/api/v1/keys", new CreateKeyRequest(subject, scopes.Split(',', StringSplitOptions.RemoveEmptyEntries)), ContractJson.Options);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Single(await server.Keys.List(default));
    }

    [Fact]
    public async Task No_answer_but_the_first_shows_a_secret()
    {
        await using var server = await TestServerHost.Start();
        using var admin = server.With((await File.ReadAllTextAsync(server.FirstKeyPath)).Trim());
        using var made = await server.As("night-shift", Scopes.View);

        var list = await admin.GetStringAsync("/api/v1/keys");

        Assert.DoesNotContain(made.DefaultRequestHeaders.Authorization!.Parameter!.Split('_')[2], list, StringComparison.Ordinal);
        Assert.DoesNotContain("hash", list, StringComparison.OrdinalIgnoreCase);
    }

    private Task Ensure(IKeyStore keys) =>
        new FirstKey(keys, new IdentityOptions { FirstKeyPath = FirstPath }, new SteppedClock(), NullLogger<FirstKey>.Instance).Ensure(default);
}
