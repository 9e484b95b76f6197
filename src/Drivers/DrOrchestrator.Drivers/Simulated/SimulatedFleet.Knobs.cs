using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;

namespace DrOrchestrator.Drivers.Simulated;

/// <summary>What a test or a seeded simulation does to the world.</summary>
public sealed partial class SimulatedFleet
{
    private readonly List<(SimulatedFaultRule Rule, int? Left)> rules = [];
    private long calls;

    /// <summary>The move of a migration that somebody else ordered.</summary>
    private static MoveId Nobody => default;

    /// <summary>Asked once for each request, before the rules: what goes wrong with it; null: nothing.</summary>
    public Func<SimulatedCall, SimulatedFault?>? Faults { get; set; }

    /// <summary>Adds a rule; of several that match, the first added applies.</summary>
    public void Inject(SimulatedFaultRule rule)
    {
        lock (gate)
        {
            rules.Add((rule, rule.Times));
        }
    }

    /// <summary>Takes all rules away.</summary>
    public void ClearFaults()
    {
        lock (gate)
        {
            rules.Clear();
        }
    }

    /// <summary>Power off: everything on the host dies; definitions stay.</summary>
    public void PowerOff(HostId id)
    {
        lock (gate)
        {
            var host = hosts[id];
            if (!host.On)
            {
                return;
            }

            host.On = false;
            host.Frozen = false;
            host.AtThaw.Clear();
            Log(SimulatedEffectKind.PoweredOff, host);
            EndsLost(host);
            host.Migrations.Clear();
            foreach (var copy in host.Copies.Values.Where(c => c.State != VmState.Shutoff).ToList())
            {
                Halt(host, copy, "The host lost power.");
            }
        }
    }

    /// <summary>Power on: nothing runs, unless the host starts what is defined by itself.</summary>
    public void PowerOn(HostId id)
    {
        lock (gate)
        {
            var host = hosts[id];
            if (host.On)
            {
                return;
            }

            host.On = true;
            Log(SimulatedEffectKind.PoweredOn, host);
            foreach (var copy in host.Copies.Values.ToList())
            {
                if (host.Settings.Autostarts)
                {
                    Boot(host, copy, VmState.Running);
                }
            }
        }
    }

    /// <summary>Stops the host in its tracks, guests included; it keeps everything and may come back.</summary>
    public void Freeze(HostId id)
    {
        lock (gate)
        {
            var host = hosts[id];
            if (!host.Works)
            {
                return;
            }

            host.Frozen = true;
            Log(SimulatedEffectKind.Frozen, host);
            SettleAll(host);
            EndsReachability();
        }
    }

    /// <summary>Lets it go on where it stood.</summary>
    public void Thaw(HostId id)
    {
        lock (gate)
        {
            var host = hosts[id];
            if (!host.Frozen)
            {
                return;
            }

            host.Frozen = false;
            Log(SimulatedEffectKind.Thawed, host);
            SettleAll(host);
            EndsReachability();
            while (host.AtThaw.TryDequeue(out var waiting))
            {
                waiting();
            }
        }
    }

    /// <summary>Nothing passes from one place to another any more, in this direction.</summary>
    public void CutOneWay(SiteId from, SiteId to)
    {
        lock (gate)
        {
            cuts.Add((from, to));
            EndsReachability();
        }
    }

    /// <summary>Nothing passes between two places in either direction.</summary>
    public void Cut(SiteId one, SiteId other)
    {
        CutOneWay(one, other);
        CutOneWay(other, one);
    }

    /// <summary>Both directions pass again.</summary>
    public void Heal(SiteId one, SiteId other)
    {
        lock (gate)
        {
            cuts.Remove((one, other));
            cuts.Remove((other, one));
            EndsReachability();
        }
    }

    /// <summary>What becomes of the guest in migrations of this VM that the hypervisor reports as successes.</summary>
    public void SetFate(VmId vm, SimulatedGuestFate fate)
    {
        lock (gate)
        {
            vms[vm].Fate = fate;
        }
    }

    /// <summary>Migrations of this VM stay in this step: a transfer that stalls, a set-up that hangs. Null lets them go on.</summary>
    public void Hold(VmId vm, MigrationStep? step)
    {
        lock (gate)
        {
            vms[vm].HeldAt = step;
            if (step is null)
            {
                foreach (var host in hosts.Values)
                {
                    host.Migrations.GetValueOrDefault(vm)?.Release();
                }
            }
        }
    }

    /// <summary>A copy ends on its host: the guest powers off or crashes, or a person ends it there. Nothing where there is none in memory.</summary>
    public void EndCopy(VmId vm, HostId id)
    {
        lock (gate)
        {
            if (hosts[id] is { Works: true } host)
            {
                Stop(host, vms[vm].Settings.Vm);
            }
        }
    }

    /// <summary>Somebody else migrates the VM: an order that carries no move's mark, and whose guest waits for nobody.</summary>
    public void MigrateByAnother(VmId vm, HostEndpoint source, HostEndpoint destination, MigrationOptions options)
    {
        lock (gate)
        {
            var request = new MigrationRequest(Nobody, vms[vm].Settings.Vm, source, destination, hosts[source.Host].Copies[vm].Generation ?? 0, options);
            new Migration(this, request, hosts[source.Host], hosts[destination.Host], vms[vm]).Begin();
        }
    }

    /// <summary>Changes a host's latency, bandwidth, memory or certificate.</summary>
    public void Change(HostId host, Func<SimulatedHostSettings, SimulatedHostSettings> change)
    {
        lock (gate)
        {
            hosts[host].Settings = change(hosts[host].Settings);
        }
    }

    /// <summary>Changes a VM's dirty rate, memory or disks.</summary>
    public void Change(VmId vm, Func<SimulatedVmSettings, SimulatedVmSettings> change)
    {
        lock (gate)
        {
            vms[vm].Settings = change(vms[vm].Settings);
        }
    }

    private void SettleAll(SimulatedHost host)
    {
        foreach (var copy in host.Copies.Values.ToList())
        {
            Settle(copy.Vm);
        }
    }

    private bool Passes(SiteId? from, SiteId? to) => from is null || to is null || !cuts.Contains((from.Value, to.Value));

    private bool Connected(SimulatedHost one, SimulatedHost other) =>
        one.Works && other.Works && Passes(one.Settings.Site, other.Settings.Site) && Passes(other.Settings.Site, one.Settings.Site);

    private IEnumerable<Migration> UnderWay() =>
        hosts.Values.SelectMany(h => h.Migrations.Values).Where(m => m.IsUnderWay);

    private void EndsReachability()
    {
        foreach (var migration in UnderWay().ToList())
        {
            migration.ConnectionChanged(Connected(migration.Source, migration.Destination));
        }
    }

    private void EndsLost(SimulatedHost host)
    {
        foreach (var migration in UnderWay().Where(m => m.Source == host || m.Destination == host).ToList())
        {
            migration.EndLost(host);
        }
    }

    private SimulatedFault? FaultFor(SimulatedCall call)
    {
        if (Faults?.Invoke(call) is { } fault)
        {
            return fault;
        }

        for (var i = 0; i < rules.Count; i++)
        {
            var (rule, left) = rules[i];
            if (rule.Matches(call) && left is not 0)
            {
                rules[i] = (rule, left - 1);
                return rule.Fault;
            }
        }

        return null;
    }
}
