namespace DrOrchestrator.Core.Kernel;

/// <summary>A typed id: a non-empty string that says what it identifies by its type.</summary>
public interface IStringId<TSelf> where TSelf : struct, IStringId<TSelf>
{
    string Value { get; }

    static abstract TSelf From(string value);
}

/// <summary>A site: a place that can be lost as a whole. As written in the inventory, for example <c>A</c>.</summary>
public readonly record struct SiteId(string Value) : IStringId<SiteId>
{
    public static SiteId From(string value) => new(value);

    public override string ToString() => Value;
}

/// <summary>A hypervisor host, by its name in the inventory, unique over all sites.</summary>
public readonly record struct HostId(string Value) : IStringId<HostId>, IComparable<HostId>
{
    public static HostId From(string value) => new(value);

    public int CompareTo(HostId other) => string.CompareOrdinal(Value, other.Value);

    public static bool operator <(HostId left, HostId right) => left.CompareTo(right) < 0;

    public static bool operator >(HostId left, HostId right) => left.CompareTo(right) > 0;

    public static bool operator <=(HostId left, HostId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(HostId left, HostId right) => left.CompareTo(right) >= 0;

    public override string ToString() => Value;
}

/// <summary>
/// A virtual machine, by the identity that travels with it from host to host (libvirt's domain UUID,
/// vSphere's instanceUuid, …), never by its name: two VMs may share a name.
/// </summary>
public readonly record struct VmId(string Value) : IStringId<VmId>
{
    public static VmId From(string value) => new(value);

    public override string ToString() => Value;
}

/// <summary>One execution of a recovery plan. Derived from what asked for it, so that asking twice names the same run.</summary>
public readonly record struct RunId(string Value) : IStringId<RunId>
{
    public static RunId From(string value) => new(value);

    public override string ToString() => Value;
}

/// <summary>One attempt of a run to move one VM: <c>run/vm/attempt</c>.</summary>
public readonly record struct MoveId(string Value) : IStringId<MoveId>
{
    public static MoveId From(string value) => new(value);

    public static MoveId Of(RunId run, VmId vm, int attempt) => new($"{run}/{vm}/{attempt}");

    public override string ToString() => Value;
}
