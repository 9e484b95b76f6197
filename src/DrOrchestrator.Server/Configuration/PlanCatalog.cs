using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Plans;
using DrOrchestrator.Server.Concerns;
using DrOrchestrator.Server.Configuration.Yaml;

namespace DrOrchestrator.Server.Configuration;

/// <summary>The plans of one folder: every <c>*.yaml</c> in it.</summary>
public sealed class PlanCatalog : IPlanCatalog
{
    public PlanCatalog(IEnumerable<RecoveryPlan> plans) => Plans = [.. plans.OrderBy(plan => plan.Name, StringComparer.Ordinal)];

    public IReadOnlyList<RecoveryPlan> Plans { get; }

    public RecoveryPlan? Find(string name) => Plans.FirstOrDefault(plan => plan.Name == name);

    /// <summary>
    /// Of several triggers that match, the one with the most labels wins, because it says more about what is
    /// meant; between equals the plan's name decides, so that the same alert always means the same plan. An alert of our own matches
    /// none, whatever a trigger says: it would start a run about a run.
    /// </summary>
    public PlanMatch? Match(IReadOnlyDictionary<string, string> labels) => OwnAlerts.Sent(labels)
        ? null
        : Plans.SelectMany(plan => plan.Triggers.Where(trigger => trigger.Matches(labels)).Select(trigger => new PlanMatch(plan, trigger)))
            .OrderByDescending(match => match.Trigger.Labels.Count).ThenBy(match => match.Plan.Name, StringComparer.Ordinal)
            .FirstOrDefault();

    /// <summary>Reads a folder. Everything wrong in any of its files is reported at once.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="sites">The sites of the inventory; null: any is taken.</param>
    /// <exception cref="ConfigurationException">Something is wrong, or there is no plan.</exception>
    public static PlanCatalog Load(string folder, IReadOnlyCollection<SiteId>? sites)
    {
        string[] files = Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal)] : [];
        if (files.Length == 0)
        {
            throw new ConfigurationException([new ConfigurationError(folder, 1, 1, "", "There is no runbook (*.yaml) in this folder.", "Point the server to a folder with at least one.")]);
        }

        var plans = new List<RecoveryPlan>();
        var errors = new List<ConfigurationError>();
        foreach (var file in files)
        {
            try
            {
                plans.Add(Parse(file, YamlFile.TextOf(file), sites));
            }
            catch (ConfigurationException exception) when (exception.Errors.Count > 0)
            {
                errors.AddRange(exception.Errors);
            }
        }

        return errors.Count == 0 ? new PlanCatalog(plans) : throw new ConfigurationException(errors);
    }

    /// <summary>Reads one plan.</summary>
    /// <param name="name">The file's name; the plan has the same name without <c>.yaml</c>.</param>
    /// <param name="text">Its text.</param>
    /// <param name="sites">The sites of the inventory; null: any is taken.</param>
    /// <exception cref="ConfigurationException">Something is wrong with it.</exception>
    public static RecoveryPlan Parse(string name, string text, IReadOnlyCollection<SiteId>? sites = null) =>
        YamlFile.Read(name, text, (file, root) => new PlanReader(file, sites).Read(root));
}
