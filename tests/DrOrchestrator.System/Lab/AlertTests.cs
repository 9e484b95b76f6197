using DrOrchestrator.SystemTests.Infrastructure;

namespace DrOrchestrator.SystemTests.Lab;

/// <summary>A real Alertmanager in front of the product.</summary>
[Collection("lab")]
public sealed class AlertTests(LabServer lab)
{
    [Fact]
    public async Task The_same_alert_a_hundred_times_gives_one_run_and_one_resolved_within_the_hold_down_none()
    {
        await lab.Reset(holdDown: 20);
        await ChildProcess.Script("deploy/lab-server", "alertmanager");
        await ChildProcess.Script("deploy/lab-server", "alert", "a2");
        await Condition.Until(async () => await Phase("a2") == "holding-down", TimeSpan.FromSeconds(30), "a2 is held down");
        await ChildProcess.Script("deploy/lab-server", "resolve", "a2");
        await Condition.Until(async () => await Phase("a2") == "healthy", TimeSpan.FromSeconds(40), "a2 is healthy again");

        await ChildProcess.Script("deploy/lab-server", "alert", "a1");
        const string alert = """{"version":"4","groupKey":"g","status":"firing","receiver":"drorchestrator","groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://am","alerts":[{"status":"firing","labels":{"alertname":"HostHardwareFailing","severity":"critical","instance":"a1"},"annotations":{},"startsAt":"2026-01-01T00:00:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":"feedfacefeedface"}]}""";
        for (var time = 0; time < 100; time++)
        {
            await lab.Api("/alerts/alertmanager", alert);
        }

        await Condition.Until(async () => (await lab.Api("/runs")).GetProperty("runs").GetArrayLength() > 0, TimeSpan.FromSeconds(60), "a run has started");
        var run = (await lab.Api("/runs")).GetProperty("runs")[0].GetProperty("id").GetString()!;
        await lab.UntilEnded(run, TimeSpan.FromMinutes(3));
        await lab.Api("/alerts/alertmanager", alert);
        var runs = (await lab.Api("/runs")).GetProperty("runs");
        Assert.Equal(1, runs.GetArrayLength());
        Assert.Equal("a1", runs[0].GetProperty("host").GetString());
    }

    private async Task<string?> Phase(string host) =>
        (await lab.Api("/hosts")).GetProperty("hosts").EnumerateArray().First(entry => entry.GetProperty("name").GetString() == host).GetProperty("health").GetString();
}
