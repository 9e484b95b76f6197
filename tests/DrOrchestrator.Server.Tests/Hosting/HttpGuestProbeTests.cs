using System.Net;
using System.Net.Sockets;
using System.Text;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Drivers;
using DrOrchestrator.Server.Hosting;
using Xunit;

namespace DrOrchestrator.Server.Tests.Hosting;

/// <summary>What a guest says is not to be trusted: whatever it is, it is an answer or a sentence.</summary>
public sealed class HttpGuestProbeTests : IDisposable
{
    private readonly TcpListener guest = new(IPAddress.Loopback, 0);

    // Every guest here answers; how long a loaded machine takes for it is not what is tested.
    private readonly HttpGuestProbe probe = new(TimeSpan.FromSeconds(30));

    public HttpGuestProbeTests() => guest.Start();

    public void Dispose()
    {
        guest.Dispose();
        probe.Dispose();
    }

    [Fact]
    public async Task Reads_boot_id_and_counter() =>
        Assert.Equal(new GuestObservation("b-1", 7), Assert.IsType<Outcome<GuestObservation>.Done>(await Ask(Ok("""{"boot":"b-1","ticks":7}"""))).Value);

    [Theory]
    [InlineData("""{"boot":"b-1","ticks":"7"}""", "whole number 'ticks'")]
    [InlineData("""{"boot":"b-1","ticks":7.5}""", "whole number 'ticks'")]
    [InlineData("""{"boot":1,"ticks":7}""", "text field 'boot'")]
    [InlineData("""[1,2]""", "no JSON object")]
    [InlineData("""not JSON""", "no usable answer")]
    public async Task An_odd_answer_is_named_and_proves_nothing(string body, string named) => Unusable(await Ask(Ok(body)), named);

    [Fact]
    public async Task Another_address_does_not_answer_for_this_guest() =>
        Unusable(await Ask("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"), "answered 302");

    [Fact]
    public async Task An_answer_without_an_end_is_not_read_to_it() =>
        Unusable(await Ask(Ok($$"""{"boot":"{{new string('x', 100_000)}}","ticks":7}""")), "no usable answer");

    private static void Unusable(Outcome<GuestObservation> outcome, string named) =>
        Assert.Contains(named, Assert.IsType<Outcome<GuestObservation>.Unknown>(outcome).Reason, StringComparison.Ordinal);

    private static string Ok(string body) =>
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private async Task<Outcome<GuestObservation>> Ask(string response)
    {
        var check = new GuestCheck($"http://127.0.0.1:{((IPEndPoint)guest.LocalEndpoint).Port}/status", "boot", "ticks");
        var asking = probe.Observe(new VmRef(new VmId("00000000-0000-4000-8000-000000000001"), "vm"), check, default);
        using var client = await guest.AcceptTcpClientAsync();
        await using var stream = client.GetStream();
        _ = await stream.ReadAsync(new byte[4096]);
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(response));
        }
        catch (IOException)
        {
            // It had read enough.
        }

        return await asking;
    }
}
