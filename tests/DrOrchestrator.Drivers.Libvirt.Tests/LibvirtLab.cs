using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Drivers.Conformance;
using Xunit;

namespace DrOrchestrator.Drivers.Libvirt.Tests;

/// <summary>
/// The real lab: hosts a1 and b1, over TLS. Guests are made for each case by <c>virsh</c>, an independent
/// client, and taken away after it; the lab's own guests are not touched.
/// </summary>
internal sealed partial class LibvirtLab : IConformanceLab
{
    /// <summary>One folder that all hosts see.</summary>
    public const string SharedFolder = State + "/shared";

    /// <summary>One folder of this name on each host.</summary>
    public const string OwnFolder = "/var/lib/libvirt/images";

    private const string State = "/var/lib/drorchestrator-lab";
    private static readonly bool Wanted = Environment.GetEnvironmentVariable("DR_LAB") == "1";
    private const int Hangup = 1;
    private static int made;

    private readonly System.Collections.Concurrent.ConcurrentBag<(VmRef Vm, string Address)> guests = [];
    private readonly HashSet<string> frozen = [];
    private readonly Dictionary<string, IReadOnlyList<string>> off = [];
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private bool cut;
    private bool slow;
    private bool unencrypted;

    private LibvirtLab()
    {
    }

    public LabAbilities Abilities => LabAbilities.FreezeHosts | LabAbilities.MakeTooBig | LabAbilities.LocalDisks | LabAbilities.CutHosts | LabAbilities.PreventEncryption | LabAbilities.LetOthersAct
        | LabAbilities.MigrateByAnother;

    public HostEndpoint Source { get; } = Endpoint("a1", "A");

    public HostEndpoint Destination { get; } = Endpoint("b1", "B");

    public MigrationOptions Quick => MigrationOptions.Default with { Timeout = TimeSpan.FromMinutes(2) };

    public MigrationOptions Slow => Quick with { AutoConverge = false, BandwidthCap = Bandwidth.FromMebibytesPerSecond(2) };

    public static async Task<LibvirtLab> Open()
    {
        var up = Environment.UserName == "root" && Directory.Exists($"{State}/run");
        var inside = await Resolves("a1");

        // Where the lab is wanted, that it is not there is a failure.
        Assert.False(Wanted && !(up && inside), "DR_LAB=1 wants the lab, and it is not up or this is not its orchestrator place.");
        Assert.SkipUnless(up, "The lab is not up (deploy/lab/up, as root).");
        Assert.SkipUnless(inside, "Not inside the lab's orchestrator place (deploy/lab/exec orch ...).");
        return new LibvirtLab();
    }

    public static HostEndpoint Endpoint(string host, string site) => new(
        new HostId(host),
        new SiteId(site),
        LibvirtDriver.DriverName,
        $"qemu+tls://{host}/system?pkipath={State}/pki/orch",
        $"{host}-mig",
        $"qemu+tls://{host}/system");

    public IHypervisorDriver NewDriver() => new LibvirtDriver();

    public Task<VmRef> RunningVm(VmKind kind) => RunningVm(kind, kind == VmKind.WithLocalDisk ? OwnFolder : null);

    public async Task<VmRef> RunningVm(VmKind kind, string? diskFolder)
    {
        var (vm, address) = await Define(kind, Source, diskFolder);
        await Virsh(Source.Host, "start", vm.Name);
        if (kind != VmKind.TooBig)
        {
            await WaitUntil(async () => await Ask(address) is not null, $"{vm} to answer");
        }

        return vm;
    }

    public Task<VmRef> StoppedVm() => StoppedVm(null);

    public async Task<VmRef> StoppedVm(string? diskFolder) => (await Define(VmKind.Ordinary, Source, diskFolder)).Vm;

    /// <summary>Another VM, defined on a host, whose disk has the very path of this one's.</summary>
    public async Task<VmRef> DefineUserOf(VmRef vm, HostEndpoint host)
    {
        await MakeDisk(vm, host);
        return (await Define(VmKind.Ordinary, host, OwnFolder, diskOf: vm)).Vm;
    }

    /// <summary>A file on a host with the very path of the VM's own disk.</summary>
    public Task MakeDisk(VmRef vm, HostEndpoint host) =>
        InHost(host.Host, "qemu-img", "create", "-q", "-f", "qcow2", Disk(OwnFolder, vm.Name), "64M");

    /// <summary>
    /// Gives the VM's disk at the source and the file of that name at the destination one change time. Twice, for a file whose time was looked at
    /// since is given a finer one the first time (Linux 6.13 and later).
    /// </summary>
    public async Task ChangeDisksAtOnce(VmRef vm)
    {
        string[] files = [.. new[] { Source, Destination }.Select(host => Disk($"{State}/hosts/{host.Host}/var/images", vm.Name))];
        await WaitUntil(
            async () =>
            {
                await Run.Must(["chmod", "644", .. files]);
                await Run.Must(["chmod", "644", .. files]);
                var times = (await Run.Must(["stat", "-c", "%z", .. files])).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
                return times[0] == times[1];
            },
            "two files to change within one tick");
    }

    /// <summary>What the driver makes in a folder to look for at another host, and should have taken away.</summary>
    public async Task<string> Looks() =>
        (await Run.Must(["find", $"{State}/hosts", SharedFolder, "-name", "drorchestrator-look-*"])).Output;

    public async Task PowerOff(string host)
    {
        var ran = await Virsh(new HostId(host), "list", "--name");
        off[host] = ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        await Command("host", "off", host);
    }

    public async Task<GuestObservation?> Observe(VmRef vm)
    {
        var address = guests.Single(g => g.Vm == vm).Address;
        GuestObservation? seen = null;
        await WaitUntil(async () => (seen = await Ask(address)) is not null, $"{vm} to answer");
        return seen;
    }

    /// <summary>The longest time between two answers of the guest to a UDP question every 10 ms.</summary>
    public async Task<TimeSpan> LongestSilence(VmRef vm, CancellationToken until)
    {
        using var socket = new UdpClient();
        socket.Connect(guests.Single(g => g.Vm == vm).Address, 7);
        var longest = TimeSpan.Zero;
        var last = Stopwatch.GetTimestamp();
        await Task.WhenAll(Listen(), Ask());
        return longest;

        async Task Ask()
        {
            for (var i = 0; !until.IsCancellationRequested; i++)
            {
                await socket.SendAsync(Encoding.ASCII.GetBytes($"p {i}"), CancellationToken.None);
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
            }
        }

        async Task Listen()
        {
            try
            {
                while (true)
                {
                    await socket.ReceiveAsync(until);
                    var now = Stopwatch.GetTimestamp();
                    longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, Stopwatch.GetElapsedTime(last, now).Ticks));
                    last = now;
                }
            }
            catch (OperationCanceledException)
            {
                // The migration is over.
            }
        }
    }

    /// <summary>The guest writes durable records to its disk, one after the other.</summary>
    public async Task WriteAllTheWhile(VmRef vm, CancellationToken until)
    {
        var address = guests.Single(g => g.Vm == vm).Address;
        try
        {
            while (true)
            {
                await http.GetStringAsync(new Uri($"http://{address}/put"), until);
            }
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
    }

    public async Task Freeze(HostEndpoint host)
    {
        frozen.Add(host.Host.Value);
        await Command("host", "freeze", host.Host.Value);
    }

    public async Task Thaw(HostEndpoint host)
    {
        await Command("host", "thaw", host.Host.Value);
        frozen.Remove(host.Host.Value);
        await WaitUntil(async () => (await TryVirsh(host.Host, "uri")).Code == 0, $"{host.Host} to answer after the thaw");
    }

    public async Task PreventEncryption()
    {
        unencrypted = true;
        await InHost(Destination.Host, "mv", $"{State}/pki/b1/server-key.pem", $"{State}/pki/b1/server-key.away");
    }

    public Task LetOthersAct(VmRef vm) => Virsh(Source.Host, "autostart", vm.Name);

    public async Task MigrateByAnother(VmRef vm)
    {
        // Not waited for: it ends with its guest, which is destroyed with this lab.
        _ = TryVirsh(
            Source.Host, "migrate", "--live", "--p2p", "--persistent", "--undefinesource", "--bandwidth", "2", vm.Name, $"qemu+tls://{Destination.Host}/system");
        await WaitUntil(
            async () => (await TryVirsh(Source.Host, "domjobinfo", vm.Name)).Output.Contains("Outgoing migration", StringComparison.Ordinal),
            $"the migration of {vm} to begin");
    }

    /// <summary>To a third host, so slowly that it does not end. Let go of, it is over and the guest nowhere there.</summary>
    public async Task<IAsyncDisposable> MigrateElsewhere(VmRef vm)
    {
        var third = new HostId("a2");
        _ = TryVirsh(Source.Host, "migrate", "--live", "--p2p", "--persistent", "--bandwidth", "1", vm.Name, $"qemu+tls://{third}/system");
        await WaitUntil(
            async () => (await TryVirsh(Source.Host, "domjobinfo", vm.Name)).Output.Contains("Outgoing migration", StringComparison.Ordinal),
            $"the migration of {vm} to {third} to begin");
        return new Ending(async () =>
        {
            await TryVirsh(Source.Host, "domjobabort", vm.Name);
            await TryVirsh(third, "destroy", vm.Name);
            await TryVirsh(third, "undefine", vm.Name);
        });
    }

    private sealed class Ending(Func<Task> end) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await end();
    }

    public async Task CutHosts()
    {
        cut = true;
        await Command("wan", "cut");
    }

    /// <summary>A WAN with a long way, so that there is time to cut it while an answer is on its way; or a narrow one, for what follows a pass.</summary>
    public async Task SlowWan(int megabits = 200, int delayMilliseconds = 500)
    {
        cut = slow = true;
        await Command("wan", "shape", megabits.ToString(CultureInfo.InvariantCulture), delayMilliseconds.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The hosts find each other again.</summary>
    public Task Reconnect() => Command("wan", "heal");

    /// <summary>What `wan cut` does, without the second that starting a shell takes on a busy machine.</summary>
    public static void CutAtOnce()
    {
        var process = int.Parse(File.ReadAllText($"{State}/run/wan/process").Split(' ')[0], CultureInfo.InvariantCulture);
        File.WriteAllText($"{State}/run/wan/shape", "200 500 both\n");
        Assert.Equal(0, Signal(process, Hangup));
    }

    public async ValueTask DisposeAsync()
    {
        if (cut)
        {
            await Command("wan", "heal");
        }

        if (slow)
        {
            await Command("wan", "shape", "200", "10");
        }

        if (unencrypted)
        {
            await InHost(Destination.Host, "mv", $"{State}/pki/b1/server-key.away", $"{State}/pki/b1/server-key.pem");
        }

        foreach (var host in frozen)
        {
            await Command("host", "thaw", host);
        }

        foreach (var (host, ran) in off)
        {
            await Command("host", "on", host);
            foreach (var name in ran)
            {
                // The lab's own guests run again; an incoming half is gone for good.
                await TryVirsh(new HostId(host), "start", name);
            }
        }

        foreach (var (vm, _) in guests)
        {
            foreach (var host in new[] { Source.Host, Destination.Host })
            {
                await TryVirsh(host, "destroy", vm.Name);
                await TryVirsh(host, "undefine", vm.Name);
                await InHost(host, "rm", "-f", Disk(OwnFolder, vm.Name), Disk(SharedFolder, vm.Name));
                await InHost(host, "sh", "-c", $"rm -rf {OwnFolder}/room-{Environment.ProcessId}-*");
            }
        }

        http.Dispose();
    }

    internal static Task<Run> Virsh(HostId host, params string[] arguments) =>
        Run.Must(["virsh", "-q", "-c", $"qemu+tcp://{host}/system", .. arguments]);

    internal static Task<Run> TryVirsh(HostId host, params string[] arguments) =>
        Run.Try(["timeout", "20", "virsh", "-q", "-c", $"qemu+tcp://{host}/system", .. arguments]);

    /// <summary>A command of the lab, run from the machine's own namespaces.</summary>
    internal static Task<Run> Command(string name, params string[] arguments) =>
        Run.Must(["nsenter", "-t", Outside.Value, "-m", "-n", "--", Path.Combine(Commands, name), .. arguments]);

    internal static async Task WaitUntil(Func<Task<bool>> condition, string what)
    {
        for (var i = 0; !await condition(); i++)
        {
            Assert.True(i < 300, $"After 60 s still waiting for {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
    }

    /// <summary>The nearest ancestor that is not in this place's network namespace.</summary>
    private static Lazy<string> Outside { get; } = new(() =>
    {
        var ours = new FileInfo("/proc/self/ns/net").LinkTarget;
        var pid = "self";
        do
        {
            pid = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..].Trim();
        }
        while (new FileInfo($"/proc/{pid}/ns/net").LinkTarget == ours);

        return pid;
    });

    private static string Commands
    {
        get
        {
            if (Environment.GetEnvironmentVariable("DR_LAB_COMMANDS") is { Length: > 0 } told)
            {
                return told;
            }

            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "deploy/lab/exec")))
            {
                folder = folder.Parent;
            }

            return Path.Combine(folder?.FullName ?? "/", "deploy/lab");
        }
    }

    private static async Task<bool> Resolves(string host)
    {
        try
        {
            return (await Dns.GetHostAddressesAsync(host)).Length > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Without a process of its own: what is to be cut is half a second on its way.</summary>
    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    private static Task<Run> InHost(HostId host, params string[] command) => Command("exec", [host.Value, .. command]);

    private static string Disk(string folder, string name) => $"{folder}/{name}.qcow2";

    private async Task<GuestObservation?> Ask(string address)
    {
        try
        {
            var answer = await http.GetFromJsonAsync<JsonObject>($"http://{address}/status");
            return new GuestObservation(answer!["boot"]!.GetValue<string>(), answer["ticks"]!.GetValue<long>());
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    private async Task<(VmRef Vm, string Address)> Define(VmKind kind, HostEndpoint host, string? diskFolder, VmRef? diskOf = null)
    {
        var number = Interlocked.Increment(ref made);
        var name = string.Create(CultureInfo.InvariantCulture, $"conformance-{Environment.ProcessId}-{number}");
        var address = string.Create(CultureInfo.InvariantCulture, $"10.9.200.{1 + (number % 250)}");
        var id = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
        var vm = new VmRef(new VmId(id.ToString()), name);
        guests.Add((vm, address));
        var disk = diskFolder is null ? null : Disk(diskFolder, (diskOf ?? vm).Name);
        if (disk is not null && diskOf is null)
        {
            await InHost(host.Host, "qemu-img", "create", "-q", "-f", "qcow2", disk, "64M");
        }

        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, Xml(vm, address, number, kind, disk));
        await Virsh(host.Host, "define", file);
        File.Delete(file);
        return (vm, address);
    }

    private static string Xml(VmRef vm, string address, int number, VmKind kind, string? disk)
    {
        var (dirty, set) = kind == VmKind.NeverConverging ? ("8", "16") : ("0.2", "4");

        // All of the machine's memory: more than is free anywhere, and never touched, for it has nothing to boot.
        var memory = kind == VmKind.TooBig ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1 << 20) - 64 : 96;
        var system = kind == VmKind.TooBig ? "" : $"""
            <kernel>{State}/guest/vmlinux</kernel>
            <initrd>{State}/guest/initrd.gz</initrd>
            <cmdline>console=ttyS0 quiet panic=-1 lab.name={vm.Name} lab.ip={address}/16 lab.dirty={dirty} lab.ws={set}</cmdline>
            """;
        var device = disk is null ? "" : $"""
            <disk type='file' device='disk'>
              <driver name='qemu' type='qcow2' cache='none'/><source file='{disk}'/><target dev='vda' bus='virtio'/>
            </disk>
            """;
        return $"""
            <domain type='qemu'>
              <name>{vm.Name}</name>
              <uuid>{vm.Id}</uuid>
              <memory unit='MiB'>{memory}</memory>
              <vcpu>1</vcpu>
              <os><type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type>{system}</os>
              <features><acpi/><tcg><tb-cache unit='MiB'>32</tb-cache></tcg></features>
              <cpu mode='custom' match='exact' check='none'><model fallback='forbid'>qemu64</model></cpu>
              <on_poweroff>destroy</on_poweroff>
              <on_reboot>restart</on_reboot>
              <on_crash>destroy</on_crash>
              <devices>
                <emulator>/usr/bin/qemu-system-x86_64</emulator>
                {device}
                <interface type='bridge'>
                  <mac address='52:54:00:c0:{number / 256 % 256:x2}:{number % 256:x2}'/>
                  <source bridge='guest'/><model type='virtio'/><rom enabled='no'/>
                </interface>
                <controller type='usb' model='none'/>
                <memballoon model='none'/>
              </devices>
            </domain>
            """;
    }
}
