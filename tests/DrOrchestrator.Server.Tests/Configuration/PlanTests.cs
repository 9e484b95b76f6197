using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Plans;
using DrOrchestrator.Server.Configuration;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Configuration;

public sealed class PlanTests
{
    private static readonly SiteId[] Sites = [new("A"), new("B")];

    [Fact]
    public void The_runbooks_that_are_delivered_can_be_run()
    {
        var catalog = PlanCatalog.Load(Path.Combine(AppContext.BaseDirectory, "runbooks"), Sites);

        var plan = catalog.Find("evacuate-host")!;
        Assert.Equal(PlanPolicy.Default, plan.Policy);
        Assert.Equal([new SiteId("B")], plan.DestinationSites);
        Assert.Equal(TimeSpan.FromSeconds(60), Assert.Single(plan.Triggers).HoldDown);
        Assert.Equal(64, plan.ContentHash.Length);
    }

    [Fact]
    public void What_a_plan_leaves_out_has_the_usual_value() =>
        Assert.Equal(PlanPolicy.Default, PlanCatalog.Parse("evacuate-host.yaml", Samples.Plan).Policy);

    [Fact]
    public void Every_field_of_a_plan_is_taken()
    {
        const string whole = """
            version: 1
            name: evacuate-host
            description: Moves every VM off one host.
            scope: host
            destination: { sites: [B, A], placement: pack }
            limits: { parallel: 8, perDestination: 3, perSource: 5, perLink: 6, memoryHeadroomMebibytes: 1024, cpuOvercommit: 2.5 }
            retry: { attempts: 2, delaySeconds: 2.5 }
            preparation: { timeoutSeconds: 10 }
            migration:
              encrypted: false
              autoConverge: false
              bandwidthCapMegabits: 800
              assumedDirtyMegabits: 80
              storage: shared
              maxDowntimeMilliseconds: 300
              timeoutSeconds: 900
              postCopy: true
              copyBandwidthCapMegabits: 400
              copySynchronously: true
              bandwidthSharePercent: 25
              otherActors: tolerate
            verification: { timeoutSeconds: 20 }
            investigation: { timeoutSeconds: 30 }
            abort: { timeoutSeconds: 40 }
            """;

        var plan = PlanCatalog.Parse("runbooks/evacuate-host.yaml", whole, Sites);

        Assert.Equal(
            new PlanPolicy(8, 3, Bytes.FromMebibytes(1024), 2, TimeSpan.FromSeconds(2.5), new MovePolicy(
                new MigrationOptions(Bandwidth.FromMegabitsPerSecond(800), false, false, StorageMode.Shared, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(900),
                    PostCopy: true, Bandwidth.FromMegabitsPerSecond(400), CopySynchronously: true, BandwidthShare: 0.25, OtherActorsRule.Tolerate),
                TimeSpan.FromSeconds(10),
                TimeSpan.FromSeconds(20),
                TimeSpan.FromSeconds(30),
                TimeSpan.FromSeconds(40)), 5, 6, PlacementPreference.Pack, 2.5, Bandwidth.FromMegabitsPerSecond(80)),
            plan.Policy);
        Assert.Empty(plan.Triggers);
    }

    [Fact]
    public void Every_error_of_a_plan_is_told_at_once_with_its_place_and_the_way_out()
    {
        const string bad = """
            version: 2
            name: evacuate_host
            scope: hosts
            triggers:
              alerts:
                - labels: {}
                  hostlabel: instance
                  holdDownSeconds: 60s
            destination:
              sites: [C]
              placement: spred
            limits:
              paralel: 4
              perDestination: 0
              perSource: 1.5
              perLink: none
              cpuOvercommit: 0
            migration:
              assumedDirtyMegabits: much
              encrypted: yes
              storage: share
              bandwidthSharePercent: 0
              otherActors: ignore
            hooks:
              before: echo
            """;

        var errors = Assert.Throws<ConfigurationException>(() => PlanCatalog.Parse("runbooks/evacuate-host.yaml", bad, Sites)).Message;

        Assert.Equal(Golden.Of("plan-errors", errors), errors);
    }

    [Theory]
    [InlineData("name: [", "This is no valid YAML")]
    [InlineData("name: a\nname: b", "This is no valid YAML")]
    [InlineData("", "The file must hold one YAML document")]
    [InlineData("- a", "The file must hold one YAML document")]
    public void What_is_no_document_of_fields_says_so(string text, string says)
    {
        var error = Assert.Single(Assert.Throws<ConfigurationException>(() => PlanCatalog.Parse("a.yaml", text)).Errors);
        Assert.StartsWith(says, error.Fact, StringComparison.Ordinal);
        Assert.True(error.Line >= 1);
    }

    [Fact]
    public void The_trigger_with_the_most_labels_wins()
    {
        var plain = PlanCatalog.Parse("evacuate-host.yaml", Samples.Plan);
        var special = plain with
        {
            Name = "evacuate-quickly",
            Triggers = [new AlertTrigger(new Dictionary<string, string> { ["alertname"] = "HostHardwareFailing", ["severity"] = "critical" }, "instance", TimeSpan.Zero)],
        };
        var catalog = new PlanCatalog([plain, special]);

        Assert.Equal("evacuate-quickly", catalog.Match(new Dictionary<string, string> { ["alertname"] = "HostHardwareFailing", ["severity"] = "critical" })!.Plan.Name);
        Assert.Equal("evacuate-host", catalog.Match(new Dictionary<string, string> { ["alertname"] = "HostHardwareFailing" })!.Plan.Name);
        Assert.Null(catalog.Match(new Dictionary<string, string> { ["alertname"] = "FanSlow" }));
    }

    [Fact]
    public void A_folder_without_runbooks_says_so() =>
        Assert.Contains("There is no runbook", Assert.Throws<ConfigurationException>(() => PlanCatalog.Load("no-such-folder", Sites)).Message, StringComparison.Ordinal);
}
