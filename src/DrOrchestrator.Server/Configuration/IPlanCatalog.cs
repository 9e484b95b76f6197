using DrOrchestrator.Core.Plans;

namespace DrOrchestrator.Server.Configuration;

/// <summary>The recovery plans that can be run, and which alert starts which.</summary>
public interface IPlanCatalog
{
    /// <summary>By name, in order.</summary>
    IReadOnlyList<RecoveryPlan> Plans { get; }

    RecoveryPlan? Find(string name);

    /// <summary>The plan that these labels start; null: none.</summary>
    PlanMatch? Match(IReadOnlyDictionary<string, string> labels);
}

/// <summary>A plan, and the one of its triggers that matched.</summary>
public sealed record PlanMatch(RecoveryPlan Plan, AlertTrigger Trigger);
