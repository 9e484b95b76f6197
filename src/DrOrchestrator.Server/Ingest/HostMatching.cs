using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Server.Configuration;

namespace DrOrchestrator.Server.Ingest;

/// <summary>Which host a report is about, and which plan acts on it.</summary>
public sealed class HostMatching(IPlanCatalog plans, IHostNames hosts, AlertOptions options)
{
    /// <summary>For a report whose labels name the host.</summary>
    public HostMatch ByLabels(IReadOnlyDictionary<string, string> labels)
    {
        var match = plans.Match(labels);
        var label = match is not null ? match.Trigger.HostLabel : options.HostLabels.FirstOrDefault(labels.ContainsKey);
        return label is null || !labels.TryGetValue(label, out var value) || value.Length == 0
            ? new HostMatch(null, match, match is null
                ? $"None of the labels {string.Join(", ", options.HostLabels)} names a host. Add one of them to the alert's rule."
                : $"The plan {match.Plan.Name} looks for the host in the label {match.Trigger.HostLabel}, which it does not have.")
            : Named(value, match);
    }

    /// <summary>For a report that names the host itself; its labels only choose the plan.</summary>
    public HostMatch ByName(string host, IReadOnlyDictionary<string, string> labels) => Named(host, plans.Match(labels));

    private HostMatch Named(string value, PlanMatch? match)
    {
        var spoken = HostName.WithoutPort(value);
        var known = hosts.Find(value) ?? hosts.Find(spoken);
        if (known is not null)
        {
            return new HostMatch(known, match, null);
        }

        // A plan asks for it: the host's stream says that the inventory lacks the host, and that a person must act.
        return match is not null && HostName.IsUsable(spoken)
            ? new HostMatch(new HostId(spoken), match, null)
            : new HostMatch(null, match, match is null
                ? $"The inventory has no host {ReportText.Quote(spoken)}, and no plan asks for this alert. Add the host, or the name under alertNames."
                : $"'{ReportText.Quote(spoken)}' can name no host. {HostName.Rule}");
    }
}

/// <summary>What was found.</summary>
/// <param name="Host">The host; null: none is meant.</param>
/// <param name="Match">The plan that acts; null: none does.</param>
/// <param name="WhyNot">Why no host is meant; null where one is.</param>
public sealed record HostMatch(HostId? Host, PlanMatch? Match, string? WhyNot);
