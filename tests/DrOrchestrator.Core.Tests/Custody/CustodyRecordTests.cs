using CsCheck;
using DrOrchestrator.Core.Custody;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Custody;

public sealed class CustodyRecordTests
{
    private static readonly HostId[] Hosts = [A1.Host, A2.Host, B1.Host, B2.Host];

    private static readonly Gen<HostId> AnyHost = Gen.Int[0, 3].Select(index => Hosts[index]);

    private static readonly Gen<FenceEvidence> AnyEvidence = Gen.Select(AnyHost, Gen.Int[0, 5], (host, grade) => (FenceEvidence)(grade switch
    {
        0 => new FenceEvidence.PowerOffVerified("ipmi") { Host = host, At = Noon },
        1 => new FenceEvidence.HypervisorConfirmed(VmState.Shutoff, "x") { Host = host, At = Noon },
        2 => new FenceEvidence.LeaseTaken(7) { Host = host, At = Noon },
        3 => new FenceEvidence.StorageRevoked("san") { Host = host, At = Noon },
        4 => new FenceEvidence.NeverAttempted("order") { Host = host, At = Noon },
        _ => new FenceEvidence.HumanWaiver(Night, "I looked.") { Host = host, At = Noon },
    }));

    private static readonly Gen<Step> AnyStep = Gen.OneOf(
        AnyHost.Select(host => new Step($"add {host}", record => record.Add(host), null)),
        AnyHost.Select(host => new Step($"seen up {host}", record => record.SeenUp(host), null)),
        Gen.Const(new Step("next generation", record => record.NextGeneration(), null)),
        AnyEvidence.Select(evidence => new Step($"{evidence.Grade} of {evidence.Host}", record => record.Clear(evidence), evidence)));

    private static readonly Gen<Step[]> AnyHistory = AnyStep.Array[0, 30];

    [Fact]
    public void A_place_leaves_by_evidence_alone() => AnyHistory.Sample(history =>
    {
        var record = CustodyRecord.Empty;
        foreach (var step in history)
        {
            var next = step.Apply(record);
            HostId[] left = [.. record.Places.Select(place => place.Host).Except(next.Places.Select(place => place.Host))];
            Assert.All(left, host => Assert.True(step.Evidence?.Host == host && step.Evidence is not FenceEvidence.PowerOffVerified, step.Name));
            HostId[] fenced = [.. record.MightRunAt.Except(next.MightRunAt)];
            Assert.All(fenced, host => Assert.True(step.Evidence?.Host == host, step.Name));
            record = next;
        }
    });

    [Fact]
    public void A_start_is_allowed_only_where_no_other_place_counts() => Gen.Select(AnyHistory, AnyHost).Sample((history, target) =>
    {
        var record = Replay(history);
        Assert.Equal(record.MightRunAt.All(host => host == target), record.WhyNotStartAt(target) is null);
    });

    [Fact]
    public void A_migration_is_allowed_only_from_the_one_place_there_is() => Gen.Select(AnyHistory, AnyHost, AnyHost).Sample((history, source, destination) =>
    {
        var record = Replay(history);
        var allowed = source != destination && record.Places.Count == 1 && record.MightRunAt.SequenceEqual([source]);
        Assert.Equal(allowed, record.WhyNotMigrate(source, destination) is null);
    });

    [Fact]
    public void A_fenced_host_that_is_seen_up_counts_again() => Gen.Select(AnyHistory, AnyHost).Sample((history, host) =>
    {
        var record = Replay(history).Add(host).Clear(new FenceEvidence.PowerOffVerified("ipmi") { Host = host, At = Noon });
        Assert.DoesNotContain(host, record.MightRunAt);
        Assert.True(record.Includes(host));
        Assert.Contains(host, record.SeenUp(host).MightRunAt);
        Assert.Contains(host, record.Add(host).MightRunAt);
    });

    [Fact]
    public void A_host_is_one_place_however_often_it_is_added() => AnyHistory.Sample(history =>
    {
        var places = Replay(history).Places;
        Assert.Equal(places.Count, places.Select(place => place.Host).Distinct().Count());
    });

    [Fact]
    public void The_generation_only_grows() => AnyHistory.Sample(history =>
    {
        var record = CustodyRecord.Empty;
        foreach (var step in history)
        {
            var next = step.Apply(record);
            Assert.True(next.Generation >= record.Generation);
            Assert.All(next.Places, place => Assert.True(place.Generation <= next.Generation));
            record = next;
        }
    });

    private static CustodyRecord Replay(Step[] history) => history.Aggregate(CustodyRecord.Empty, (record, step) => step.Apply(record));

    private sealed record Step(string Name, Func<CustodyRecord, CustodyRecord> Apply, FenceEvidence? Evidence);
}
