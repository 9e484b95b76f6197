namespace DrOrchestrator.Contracts.Http;

/// <summary>A VM: its custody, and what the hosts said of it in the last look.</summary>
public sealed record VmView
{
    /// <summary>The identity that travels with it.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Where it runs, by all evidence; absent: nowhere, or not known.</summary>
    public string? RunsAt { get; init; }

    /// <summary>Every host where a copy might be running. More than one: held until evidence clears all but one.</summary>
    public IReadOnlyList<string> MightRunAt { get; init; } = [];

    /// <summary>Counts every change of plan for this VM.</summary>
    public long Generation { get; init; }

    /// <summary><c>not-enrolled</c>, <c>idle</c>, <c>preparing</c>, <c>transferring</c>, <c>aborting</c>, <c>investigating</c>, <c>verifying</c> or <c>clearing</c>.</summary>
    public required string Phase { get; init; }

    /// <summary>The run that holds it; absent: none.</summary>
    public string? HeldByRun { get; init; }

    /// <summary>Why it is held until evidence or a person clears it, and what would: sentences. Absent: its custody is clear.</summary>
    public string? Held { get; init; }

    /// <summary>How its last move ended, a sentence.</summary>
    public string? LastEnd { get; init; }

    /// <summary>Hosts that all said that they run it. The worst there is.</summary>
    public IReadOnlyList<string> Duplicate { get; init; } = [];

    public long? MemoryBytes { get; init; }

    public int? Vcpus { get; init; }

    /// <summary>What each host that has a copy said.</summary>
    public IReadOnlyList<CopyView> Copies { get; init; } = [];
}

/// <summary>A copy as one host reported it.</summary>
/// <param name="Host">The host.</param>
/// <param name="State"><c>shutoff</c>, <c>running</c>, <c>paused</c>, <c>incoming</c>, <c>crashed</c> or <c>other</c>.</param>
/// <param name="MigratingOut">Whether it is being migrated away.</param>
public sealed record CopyView(string Host, string State, bool MigratingOut);
