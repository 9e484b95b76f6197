using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>
/// A frozen host as its clients see it: the kernel accepts, nobody ever speaks. Needs libvirt's client
/// library (10.4 or newer) and no lab.
/// </summary>
public sealed class DeadlineTests : IDisposable
{
    private static readonly LibvirtDriverOptions Hasty = new() { OpenDeadline = TimeSpan.FromSeconds(1), CallDeadline = TimeSpan.FromSeconds(2) };

    private readonly TcpListener silent = new(IPAddress.Loopback, 0);

    private readonly CertificateFolder certificates = new("another-host");

    public DeadlineTests()
    {
        ClientLibrary.Needed();
        silent.Start();
    }

    public void Dispose()
    {
        silent.Dispose();
        certificates.Dispose();
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    public async Task Opening_to_a_silent_host_ends_at_its_deadline(string transport)
    {
        await using var driver = new LibvirtDriver(Hasty);
        var began = Stopwatch.GetTimestamp();

        var outcome = await driver.InspectHost(Silent(transport), default);

        Assert.Contains("silent", Assert.IsType<Outcome<HostFacts>.Unknown>(outcome).Reason, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0.5, 8);
    }

    [Fact]
    public async Task A_host_whose_certificate_names_another_is_not_trusted()
    {
        // Not in haste: a handshake on a busy machine takes its time, and this is not about deadlines.
        await using var driver = new LibvirtDriver();
        var asking = driver.InspectHost(Silent("tls"), default);
        using var client = await silent.AcceptTcpClientAsync();
        await using var server = new SslStream(client.GetStream());
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await server.AuthenticateAsServerAsync(certificates.Server);
            Assert.Equal(0, await server.ReadAsync(new byte[1]));
            throw new IOException("The client went away.");
        });

        Assert.Contains("in trust", Assert.IsType<Outcome<HostFacts>.Unknown>(await asking).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opens_that_hang_leave_no_thread_behind()
    {
        await using var driver = new LibvirtDriver(Hasty);
        for (var i = 0; i < 5; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => driver.InspectHost(Silent("tcp"), default)));
        }

        await LibvirtLab.WaitUntil(() => Task.FromResult(OpeningThreads() == 0), "the last open to end");
    }

    [Fact]
    public async Task A_silent_host_holds_up_no_other()
    {
        await using var driver = new LibvirtDriver();
        var hanging = Enumerable.Range(0, 20).Select(_ => driver.InspectHost(Silent("tcp"), default)).ToList();

        var other = await driver.InspectHost(Host("other", "qemu+tcp://127.0.0.1:1/system"), default);

        Assert.Contains("could not be reached", Assert.IsType<Outcome<HostFacts>.Unknown>(other).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(hanging, open => open.IsCompleted);
        await Task.WhenAll(hanging);
    }

    [Fact]
    public async Task A_host_whose_address_is_wrong_is_refused()
    {
        await using var driver = new LibvirtDriver(Hasty);

        Assert.IsType<Outcome<HostFacts>.Refused>(await driver.InspectHost(Host("x", "qemu+ssh://x/system"), default));
    }

    private static int OpeningThreads() => Directory.EnumerateDirectories("/proc/self/task").Count(task =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).Trim() == "libvirt open";
        }
        catch (IOException)
        {
            return false; // It ended while it was being counted.
        }
    });

    private static HostEndpoint Host(string name, string address) => new(new HostId(name), new SiteId("A"), LibvirtDriver.DriverName, address);

    private HostEndpoint Silent(string transport) =>
        Host("silent", $"qemu+{transport}://localhost:{((IPEndPoint)silent.LocalEndpoint).Port}/system{(transport == "tls" ? $"?pkipath={certificates.Path}" : "")}");
}
