using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Core.Plans;
using DrOrchestrator.Core.Runs;

namespace DrOrchestrator.Testing;

/// <summary>Two sites with two hosts each, a VM, a plan: the small world that specs are told in.</summary>
public static class Sample
{
    public static DateTimeOffset Noon { get; } = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    public static HostEndpoint A1 { get; } = Host("a1", "A");

    public static HostEndpoint A2 { get; } = Host("a2", "A");

    public static HostEndpoint B1 { get; } = Host("b1", "B");

    public static HostEndpoint B2 { get; } = Host("b2", "B");

    public static VmRef Web { get; } = new(new VmId("vm-web"), "web");

    public static VmRef Db { get; } = new(new VmId("vm-db"), "db");

    public static GuestCheck Check { get; } = new("http://10.0.0.1/status");

    public static Actor Night { get; } = new("night-shift");

    public static RunId Run { get; } = new("evacuate-host-a1-1");

    public static RecoveryPlan Plan { get; } = new(
        "evacuate-host",
        "0011",
        "Moves every VM off a host.",
        PlanScope.Host,
        [new SiteId("B"), new SiteId("A")],
        PlanPolicy.Default,
        []);

    public static DateTimeOffset After(double seconds) => Noon + TimeSpan.FromSeconds(seconds);

    public static HostEndpoint Host(string name, string site) =>
        new(new HostId(name), new SiteId(site), "simulated", $"simulated://{name}", $"{name}.migration");

    public static VmCopy Copy(VmRef vm, HostEndpoint host, VmState state = VmState.Running, double mebibytes = 1024) =>
        new(vm, host.Host, state, true, Bytes.FromMebibytes(mebibytes), 2);

    public static HostObservation Seen(HostEndpoint host, double freeMebibytes, params IReadOnlyList<VmCopy> copies) => new(
        host,
        new HostFacts(host.Host, "Sample 1", "x", 8, Bytes.FromMebibytes(65536), Bytes.FromMebibytes(freeMebibytes)),
        copies,
        null);

    public static HostObservation Silent(HostEndpoint host) => new(host, null, [], $"{host.Host} did not answer within 5 s.");

    public static ScopeObservation Scope(params IReadOnlyList<HostObservation> hosts) =>
        new("2233", hosts, [new VmCheck(Web.Id, Check)], [new SiteLink(new SiteId("A"), new SiteId("B"), Bandwidth.FromMegabitsPerSecond(1000))]);

    public static HostCondition Condition(string fingerprint = "f1", string name = "HostOverheating") =>
        new(fingerprint, name, "It is hot.", new Dictionary<string, string> { ["instance"] = "a1:9100" }, Noon);

    public static ConditionPolicy OnAlert { get; } = new(Plan, TimeSpan.FromSeconds(30));
}
