namespace DrOrchestrator.Drivers.Libvirt;

/// <summary>How patient the libvirt driver is. Every wait of the driver is bounded by one of these.</summary>
public sealed record LibvirtDriverOptions
{
    /// <summary>Reaching a host, its TLS handshake and libvirt's own greeting, all together.</summary>
    public TimeSpan OpenDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>One question or one order to a host, opening included.</summary>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a watched migration is asked for its figures. Its steps are told by events, at once.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often hosts are asked that are about to settle.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long after a migration's start EnsureMigration waits to see it under way, or refused at once
    /// by one of the hosts.
    /// </summary>
    public TimeSpan StartDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a source may stay silent under a watched migration before both ends are judged.</summary>
    public TimeSpan ContactBound { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the incoming copy of a failed migration is given to be cleaned away by its host.</summary>
    public TimeSpan CleanUpBound { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long preflight measures what a guest writes to disks that are to be copied.</summary>
    public TimeSpan WriteSample { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Interval of libvirt's keepalive; a host silent for this times <see cref="KeepaliveCount"/>, and one more, is cut off.</summary>
    public TimeSpan KeepaliveInterval { get; init; } = TimeSpan.FromSeconds(2);

    public int KeepaliveCount { get; init; } = 3;

    /// <summary>
    /// Whether a migrated guest is started at the destination only after the source has said that its copy is
    /// stopped. libvirt by itself starts it before the source knows, and where the hosts lose each other just
    /// then, both run it (seen with libvirt 11.3; the README tells how). The price is a longer pause, and a guest
    /// that stays paused while the source cannot be asked and is not fenced.
    /// </summary>
    public bool ConfirmedHandover { get; init; }

    /// <summary>Calls to one host at the same time. libvirtd serves five of one client by default (max_client_requests).</summary>
    public int CallsPerHost { get; init; } = 5;
}
