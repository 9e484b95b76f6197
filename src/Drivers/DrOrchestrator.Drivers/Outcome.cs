namespace DrOrchestrator.Drivers;

/// <summary>
/// How a call to a hypervisor ended. An expected ending is a value; exceptions are for bugs.
/// Cancellation by the caller's token is the one exception that a driver lets through.
/// </summary>
public abstract record Outcome<T>
{
    private Outcome()
    {
    }

    /// <summary>Done, and seen to be done.</summary>
    public sealed record Done(T Value) : Outcome<T>;

    /// <summary>Not done, nothing was changed.</summary>
    /// <param name="Reason">A whole sentence.</param>
    /// <param name="WayOut">What would unblock it.</param>
    public sealed record Refused(string Reason, string WayOut) : Outcome<T>;

    /// <summary>Tried and known to have failed; the state it left is known and named in the reason.</summary>
    public sealed record Failed(string Reason) : Outcome<T>;

    /// <summary>Timed out or cut off: it may have happened, or may happen yet. Inspect before anything else.</summary>
    public sealed record Unknown(string Reason) : Outcome<T>;

    /// <summary>The same ending for another type of value; must not be called on <see cref="Done"/>.</summary>
    public Outcome<TOther> As<TOther>() => this switch
    {
        Refused refused => new Outcome<TOther>.Refused(refused.Reason, refused.WayOut),
        Failed failed => new Outcome<TOther>.Failed(failed.Reason),
        Unknown unknown => new Outcome<TOther>.Unknown(unknown.Reason),
        _ => throw new InvalidOperationException("A done outcome has a value of its own type."),
    };
}
