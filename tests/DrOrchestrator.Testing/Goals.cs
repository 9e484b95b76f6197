using System.Globalization;

namespace DrOrchestrator.Testing;

/// <summary>What figures are wanted to be, and which of them were not. A figure that is no number reaches no goal.</summary>
public sealed class Goals
{
    private readonly List<string> missed = [];

    /// <summary>One line for each goal that was missed, in the order of the measurements.</summary>
    public IReadOnlyList<string> Missed => missed;

    public void AtMost(string what, double measured, double wanted) => Note(measured <= wanted, what, measured, "at most", wanted);

    public void AtLeast(string what, double measured, double wanted) => Note(measured >= wanted, what, measured, "at least", wanted);

    /// <summary>Names every goal that was missed, each on a line, and returns the program's exit code: 1 where there is one, else 0.</summary>
    public int Tell(TextWriter to)
    {
        foreach (var line in missed)
        {
            to.WriteLine(line);
        }

        return missed.Count == 0 ? 0 : 1;
    }

    private void Note(bool reached, string what, double measured, string bound, double wanted)
    {
        if (!reached)
        {
            missed.Add(string.Create(CultureInfo.InvariantCulture, $"goal missed: {what} is {measured:0.###}, wanted {bound} {wanted:0.###}"));
        }
    }
}
