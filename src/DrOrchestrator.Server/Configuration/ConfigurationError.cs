namespace DrOrchestrator.Server.Configuration;

/// <summary>One thing that is wrong in a file, where it is, and the way out.</summary>
/// <param name="File">The file as it was named.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Field">The field's path, for example <c>limits.parallel</c>; empty: the file as a whole.</param>
/// <param name="Fact">What is wrong, a whole sentence.</param>
/// <param name="WayOut">What to do, a whole sentence.</param>
public sealed record ConfigurationError(string File, long Line, long Column, string Field, string Fact, string WayOut)
{
    public override string ToString() =>
        $"{File}:{Line}:{Column}: {(Field.Length > 0 ? Field + ": " : "")}{Fact} {WayOut}";
}

/// <summary>
/// A file can't be used. It carries everything that was found wrong, not only the first thing, so that
/// one look is enough to mend it.
/// </summary>
public sealed class ConfigurationException : Exception
{
    public ConfigurationException()
        : this([])
    {
    }

    public ConfigurationException(string message)
        : base(message)
    {
    }

    public ConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public ConfigurationException(IReadOnlyList<ConfigurationError> errors)
        : base(string.Join(Environment.NewLine, errors)) => Errors = errors;

    public IReadOnlyList<ConfigurationError> Errors { get; } = [];
}
