using System.Globalization;

namespace DrOrchestrator.Cli.Connection;

/// <summary>How long an answer is waited for, and what a person does where none came in that time.</summary>
internal sealed record Patience(TimeSpan Time, string WayOut)
{
    public static Patience Usual { get; } = new(
        TimeSpan.FromSeconds(15), "Check that the server runs and that the address is right (--server, DRCTL_SERVER). Runs go on without drctl.");

    public string Ended => string.Create(
        CultureInfo.InvariantCulture, $"nothing came within {(Time < TimeSpan.FromMinutes(2) ? $"{Time.TotalSeconds:0} s" : $"{Time.TotalMinutes:0} minutes")}");
}
