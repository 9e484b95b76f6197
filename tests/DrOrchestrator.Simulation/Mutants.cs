using System.Text.Json;

namespace DrOrchestrator.Simulation;

/// <summary>Shows that the checkers can fail: with any rule taken away, some seed must break a promise.</summary>
internal static class Mutants
{
    /// <summary>Tries each mutant on the seeds from 1 on until one catches it, and says which did.</summary>
    public static bool AreAllCaught(int withinSeeds)
    {
        var caught = Enum.GetValues<Mutant>().Where(mutant => mutant is not Mutant.None).AsParallel().AsOrdered()
            .Select(mutant => (
                Mutant: mutant,
                Seed: Enumerable.Range(1, withinSeeds).Cast<int?>().FirstOrDefault(seed => !Simulation.Run(seed!.Value, mutant).Holds)))
            .ToArray();
        Console.WriteLine(JsonSerializer.Serialize(new { withinSeeds, caughtBySeed = caught.ToDictionary(entry => entry.Mutant.ToString(), entry => entry.Seed) }));
        return caught.All(entry => entry.Seed is not null);
    }
}
