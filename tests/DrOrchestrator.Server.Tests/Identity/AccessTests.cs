using System.Net;
using System.Net.Http.Json;
using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Server.Identity;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Identity;

public sealed class AccessTests
{
    [Theory]
    [InlineData("GET", "/api/v1/status")]
    [InlineData("GET", "/api/v1/hosts")]
    [InlineData("GET", "/api/v1/hosts/a1")]
    [InlineData("GET", "/api/v1/vms")]
    [InlineData("GET", "/api/v1/vms/web-1")]
    [InlineData("GET", "/api/v1/runs")]
    [InlineData("GET", "/api/v1/runs/x")]
    [InlineData("POST", "/api/v1/runs")]
    [InlineData("POST", "/api/v1/runs/x/abort")]
    [InlineData("POST", "/api/v1/alerts/alertmanager")]
    [InlineData("GET", "/api/v1/streams/host-a1/events")]
    [InlineData("GET", "/api/v1/keys")]
    [InlineData("POST", "/api/v1/keys")]
    [InlineData("POST", "/api/v1/keys/x/revoke")]
    [InlineData("GET", "/api/v1/access/refusals")]
    [InlineData("GET", "/api/v1/nothing-here")]
    [InlineData("GET", "/")]
    public async Task A_call_without_a_key_gets_401_and_leaves_a_trace(string method, string path)
    {
        await using var server = await TestServerHost.Start();

        using var answer = await server.Anonymous().SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
        Assert.NotEmpty((await answer.Content.ReadFromJsonAsync<Problem>(ContractJson.Options))!.WayOut);
        var trace = Assert.Single(await server.Trail.Last(10, default));
        Assert.Equal((method, path, 401, "127.0.0.1", "The call showed no API key."), (trace.Method, trace.Path, trace.Status, trace.Remote, trace.Why));
        Assert.Contains(server.Log.Lines, line => line.StartsWith("Warning: Refused with 401", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GET", "/api/v1/status", "trigger,operate,approve,waive", "view")]
    [InlineData("POST", "/api/v1/runs", "view,operate,approve,waive", "trigger")]
    [InlineData("POST", "/api/v1/alerts/alertmanager", "view,operate,approve,waive", "trigger")]
    [InlineData("POST", "/api/v1/runs/x/abort", "view,trigger,approve,waive", "operate")]
    [InlineData("POST", "/api/v1/keys", "view,trigger,operate,approve", "waive")]
    [InlineData("GET", "/api/v1/access/refusals", "view", "trigger, operate, approve, waive")]
    public async Task A_call_with_too_small_a_scope_gets_403_and_leaves_a_trace(string method, string path, string scopes, string missing)
    {
        await using var server = await TestServerHost.Start();
        using var client = await server.As("intern", scopes.Split(','));

        using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? new StringContent("{}") : null });

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains(missing, (await answer.Content.ReadFromJsonAsync<Problem>(ContractJson.Options))!.Title, StringComparison.Ordinal);
        var trace = Assert.Single(await server.Trail.Last(10, default));
        Assert.Equal((403, "intern", path), (trace.Status, trace.Subject, trace.Path));
        Assert.Equal(client.DefaultRequestHeaders.Authorization!.Parameter!.Split('_')[1], trace.KeyId);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("id")]
    [InlineData("form")]
    [InlineData("revoked")]
    public async Task A_key_that_proves_nothing_gets_401(string fault)
    {
        await using var server = await TestServerHost.Start();
        using var good = await server.As("night-shift", Scopes.View);
        var key = good.DefaultRequestHeaders.Authorization!.Parameter!;
        var id = key.Split('_')[1];
        if (fault == "revoked")
        {
            await server.Keys.Revoke(id, "test", SteppedClock.Start, default);
        }

        using var client = server.With(fault switch
        {
            "secret" => key[..^1] + (key[^1] == '0' ? '1' : '0'),
            "id" => key.Replace(id, "000000000000", StringComparison.Ordinal),
            "form" => "dro_short",
            _ => key,
        });
        using var answer = await client.GetAsync("/api/v1/status");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var trace = Assert.Single(await server.Trail.Last(10, default));
        Assert.Null(trace.Subject);
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains(key.Split('_')[2], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_flood_of_refused_calls_is_counted_and_not_written_down()
    {
        await using var server = await TestServerHost.Start(options => options.PerSource = 3);
        using var client = server.Anonymous();
        for (var call = 0; call < 20; call++)
        {
            (await client.GetAsync("/api/v1/status")).Dispose();
        }

        Assert.Equal(3, (await server.Trail.Last(100, default)).Count);

        server.Clock.Now += TimeSpan.FromMinutes(1);
        (await client.GetAsync("/api/v1/status")).Dispose();
        Assert.Equal(17, (await server.Trail.Last(1, default))[0].SuppressedBefore);
    }

    [Fact]
    public async Task Many_sources_together_are_bounded_too()
    {
        await using var server = await TestServerHost.Start(options => options.InAll = 5);
        using var client = server.Anonymous();
        using var real = await server.As("night-shift", Scopes.View);
        for (byte source = 1; source <= 20; source++)
        {
            server.Remote = new IPAddress([192, 0, 2, source]);
            (await client.GetAsync("/api/v1/status")).Dispose();
        }

        Assert.Equal(5, (await server.Trail.Last(100, default)).Count);
    }

    [Fact]
    public async Task Health_needs_no_key()
    {
        await using var server = await TestServerHost.Start();
        server.Remote = IPAddress.Parse("192.0.2.7");
        Assert.Equal("ok\n", await server.Anonymous().GetStringAsync("/healthz"));
    }

    [Fact]
    public async Task Until_somebody_made_a_key_of_his_own_only_this_machine_is_answered()
    {
        await using var server = await TestServerHost.Start();
        var first = (await File.ReadAllTextAsync(server.FirstKeyPath)).Trim();
        using var client = server.With(first);

        server.Remote = IPAddress.Parse("192.0.2.7");
        using var refused = await client.GetAsync("/api/v1/status");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(403, Assert.Single(await server.Trail.Last(10, default)).Status);

        server.Remote = IPAddress.IPv6Loopback;
        using var night = await server.As("night-shift", Scopes.View);
        server.Remote = IPAddress.Parse("192.0.2.7");
        using var answered = await night.GetAsync("/api/v1/status");
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    [Fact]
    public async Task A_call_that_a_proxy_on_this_machine_forwards_is_not_local()
    {
        await using var server = await TestServerHost.Start();
        using var client = server.With((await File.ReadAllTextAsync(server.FirstKeyPath)).Trim());
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.7");

        using var answer = await client.GetAsync("/api/v1/status");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Refusals_can_be_read_by_who_manages_keys()
    {
        await using var server = await TestServerHost.Start();
        (await server.Anonymous().GetAsync("/api/v1/status")).Dispose();
        using var admin = server.With((await File.ReadAllTextAsync(server.FirstKeyPath)).Trim());

        var page = await admin.GetFromJsonAsync<AccessRefusalPage>("/api/v1/access/refusals", ContractJson.Options);

        Assert.Equal("/api/v1/status", Assert.Single(page!.Refusals).Path);
    }
}
