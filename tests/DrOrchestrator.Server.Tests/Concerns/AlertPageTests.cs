using System.Text.RegularExpressions;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Tests.Configuration;
using Xunit;

namespace DrOrchestrator.Server.Tests.Concerns;

/// <summary>Each alert that may come, of the server's own or by a rule of Prometheus, has its row in runbooks/alerts.md with its severity, and each row its alert.</summary>
public sealed partial class AlertPageTests
{
    private static string Page { get; } = Checkout.Text("runbooks/alerts.md");

    [Fact]
    public void What_the_server_tells_is_on_the_page()
    {
        var now = DateTimeOffset.UnixEpoch;
        var sent = Enum.GetValues<ConcernKind>().Select(kind => OutgoingAlert.Of(new Concern(kind, [], "", "", "", null), now)).Append(OutgoingAlert.Heartbeat(now));

        Assert.Equal(Sorted(sent.Select(alert => $"{alert.Labels["alertname"]} {alert.Labels["severity"]}")), Rows(Page[..Page.IndexOf("\n## ", StringComparison.Ordinal)]));
    }

    [Fact]
    public void What_Prometheus_tells_is_on_the_page()
    {
        var rules = Rule().Matches(Checkout.Text("deploy/monitoring/drorchestrator.rules.yml"));

        Assert.Equal(Sorted(rules.Select(rule => $"{rule.Groups["alert"].Value} {rule.Groups["severity"].Value}")), Rows(Page[Page.IndexOf("\n## ", StringComparison.Ordinal)..]));
    }

    private static string[] Rows(string part) => Sorted(Row().Matches(part).Select(row => $"{row.Groups["alert"].Value} {row.Groups["severity"].Value}"));

    private static string[] Sorted(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"^\| `(?<alert>\w+)` \| (?<severity>\w+) \| \S", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"- alert: (?<alert>\w+)$.*?severity: (?<severity>\w+)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Rule();
}
