using System.Text.Json;
using DrOrchestrator.Core.Brakes;
using DrOrchestrator.Core.Health;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Plans;
using DrOrchestrator.Core.Runs;
using DrOrchestrator.Engine.Serialization;
using Xunit;
using static DrOrchestrator.Testing.Sample;

namespace DrOrchestrator.Core.Tests.Wire;

/// <summary>Streams as earlier versions wrote them, a run's before there were groups, forecasts and further looks: they are read, and go on.</summary>
public sealed class OldRecordTests
{
    private const string A1Json = """{"host":"a1","site":"A","driver":"simulated","address":"simulated://a1"}""";
    private const string B1Json = """{"host":"b1","site":"B","driver":"simulated","address":"simulated://b1"}""";

    private static readonly (Type Type, string Json)[] Old =
    [
        (typeof(RunEvent.RunStarted), """
            {"run":"evacuate-host-a1-1","plan":{"name":"evacuate-host","contentHash":"0011","description":"Moves.","scope":"host","destinationSites":["B"],
            "policy":{"parallel":1,"perDestination":2,"memoryHeadroom":0,"attempts":2,"retryDelay":"00:00:15",
            "move":{"migration":{"encrypted":true,"autoConverge":true,"storage":"auto","timeout":"00:30:00"},"preparationTimeout":"00:01:00","verificationTimeout":"00:01:00","investigationTimeout":"00:05:00","abortTimeout":"00:01:00"}},
            "triggers":[]},"scope":"a1","trigger":{"kind":"operator","by":{"subject":"night-shift"},"cause":"Smoke."},"at":"2026-05-04T12:00:00+00:00"}
            """),
        (typeof(RunEvent.ScopeObserved), $$"""
            {"observation":{"inventoryHash":"2233","hosts":[
            {"endpoint":{{A1Json}},"facts":{"host":"a1","hypervisor":"S","cpuModel":"x","cpus":8,"memoryTotal":68719476736,"memoryFree":1073741824},
             "copies":[{"vm":{"id":"one","name":"one"},"host":"a1","state":"running","persistent":true,"memory":1073741824,"vcpus":2,"migratingOut":false,"mayRun":true},
                       {"vm":{"id":"two","name":"two"},"host":"a1","state":"running","persistent":true,"memory":1073741824,"vcpus":2,"migratingOut":false,"mayRun":true}],"answered":true},
            {"endpoint":{{B1Json}},"facts":{"host":"b1","hypervisor":"S","cpuModel":"x","cpus":8,"memoryTotal":68719476736,"memoryFree":34359738368},"copies":[],"answered":true}],
            "checks":[],"links":[{"from":"A","to":"B","bandwidth":125000000}]},"at":"2026-05-04T12:00:01+00:00"}
            """),
        (typeof(RunEvent.RunPlanned), $$"""
            {"plan":{"moves":[{"vm":{"id":"one","name":"one"},"source":{{A1Json}},"destination":{{B1Json}},"memory":1073741824},
                              {"vm":{"id":"two","name":"two"},"source":{{A1Json}},"destination":{{B1Json}},"memory":1073741824}],
            "unplaced":[],"predictedMakespan":"00:00:17","lowerBound":"00:00:17"},"at":"2026-05-04T12:00:01+00:00"}
            """),
        (typeof(RunEvent.MovesAdmitted), $$"""
            {"moves":[{"move":"evacuate-host-a1-1/one/1","plan":{"vm":{"id":"one","name":"one"},"source":{{A1Json}},"destination":{{B1Json}},"memory":1073741824},"attempt":1}],"at":"2026-05-04T12:00:01+00:00"}
            """),
    ];

    [Fact]
    public void A_run_from_before_is_folded_and_goes_on()
    {
        var spec = Spec.Of(RunDecider.Instance, Noon).Given([.. Old.Select(entry => JsonSerializer.Deserialize(entry.Json, entry.Type, EngineJson.Options)!)]);

        var policy = spec.StateOf<RunState>().Started!.Plan.Policy;
        Assert.Equal((null, null, PlacementPreference.Spread, 8d, null), (policy.PerSource, policy.PerLink, policy.Placement, policy.CpuOvercommit, policy.AssumedDirtyRate));
        var failed = spec.When(new RunMessage.MoveAnswered(new MoveId("evacuate-host-a1-1/one/1"), new VmId("one"), MoveOutcome.Failed, new HostId("a1"), "So it went.", [], null))
            .ThenEvents(typeof(RunEvent.MoveFinished), typeof(RunEvent.MoveRetryScheduled), typeof(RunEvent.LookRequested), typeof(RunEvent.SlotsRequested));
        Assert.Equal(["two"], failed.StateOf<RunState>().Wanted);
    }

    [Fact]
    public void What_the_brakes_knew_before_it_was_kept_whether_it_helped_is_not_asked_again()
    {
        var noted = JsonSerializer.Deserialize<HostEvent.RecoveryNoted>("""{"episode":1,"at":"2026-05-04T12:01:31+00:00"}""", EngineJson.Options)!;
        var ended = Spec.Of(HostDecider.Instance, After(120)).Given(
            new HostEvent.ConditionRaised(A1.Host, Condition(), Night, true) { At = Noon }, new HostEvent.HoldDownStarted("f1", Noon, Plan) { At = Noon },
            new HostEvent.SicknessNoted(1, Sick: true) { At = Noon }, new HostEvent.HoldDownElapsed { At = Noon },
            new HostEvent.RecoveryRequested(Sample.Run, Plan, "It answers.") { At = Noon }, new HostEvent.RecoveryEnded(Sample.Run, RunOutcome.Completed, "Done.") { At = Noon });

        Assert.True(ended.Outstanding.IsOpen);
        Assert.False(ended.Given(noted).Outstanding.IsOpen);
    }

    [Fact]
    public void The_end_of_a_run_as_servers_from_before_tell_it_is_of_no_episode()
    {
        var told = JsonSerializer.Deserialize<HostMessage.RunAnswered>("""{"run":"r","outcome":"completed","summary":"2 of 2 VMs moved."}""", EngineJson.Options)!;

        Assert.Equal((null, true), (told.Episode, told.Tried));
        Assert.False(JsonSerializer.Deserialize<HostMessage.NoteRecovery>("""{"episode":1}""", EngineJson.Options)!.Helped);
    }

    [Fact]
    public void What_a_VMs_stream_said_and_asked_before_there_were_leftovers_is_read_with_its_defaults()
    {
        var inspected = JsonSerializer.Deserialize<MoveEvent.PlacesInspected>(
            """{"places":[{"host":"a1","state":"running","migratingOut":false},{"host":"b1"}],"at":"2026-05-04T12:00:00+00:00"}""", EngineJson.Options)!;
        Assert.False(inspected.SourceSettled);
        Assert.False(inspected.Places[0].MigratedAway);

        var order = JsonSerializer.Deserialize<MoveOrder.InspectPlaces>(
            $$"""
            {"places":[{{A1Json}},{{B1Json}}],"source":{{A1Json}},"destination":{{B1Json}},"stopTransfer":true,"key":"k","from":"vm-web","move":"run/web/1","vm":{"id":"web","name":"web"},"generation":3,
            "policy":{"migration":{"encrypted":true,"autoConverge":true,"storage":"auto","timeout":"00:30:00"},"preparationTimeout":"00:01:00","verificationTimeout":"00:01:00","investigationTimeout":"00:05:00","abortTimeout":"00:01:00"}
            }
            """,
            EngineJson.Options)!;
        Assert.Equal((true, 0L), (order.StopTransfer, order.StaleBelow));
    }

    [Fact]
    public void Brake_rules_from_before_flapping_was_one_are_read_with_its_defaults()
    {
        var read = JsonSerializer.Deserialize<BrakesEvent.RulesSet>(
            """{"rules":{"maxSickHosts":4,"maxRecoveries":6,"window":"00:10:00","blockAfterRecovery":"00:05:00"},"by":{"subject":"server"},"at":"2026-05-04T12:00:31+00:00"}""", EngineJson.Options)!;

        Assert.Equal(new BrakeRules(4, 6, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5)), read.Rules);
        Assert.Equal(3, read.Rules.FlappingEpisodes);
    }

    [Fact]
    public void A_diagnosis_from_before_its_observations_were_kept_is_read()
    {
        var read = JsonSerializer.Deserialize<HostEvent.HostDiagnosed>(
            """{"diagnosis":"host-sick-but-answering","fact":"It answers.","site":"A","at":"2026-05-04T12:00:31+00:00"}""", EngineJson.Options)!;

        Assert.Equal((Diagnosis.HostSickButAnswering, "It answers.", A1.Site, null), (read.Diagnosis, read.Fact, read.Site!.Value, read.Observed));
    }
}
