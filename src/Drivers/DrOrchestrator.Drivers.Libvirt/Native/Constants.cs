namespace DrOrchestrator.Drivers.Libvirt.Native;

/// <summary>virDomainMigrateFlags, those in use.</summary>
[Flags]
internal enum MigrateFlags : uint
{
    None = 0,
    Live = 1 << 0,
    PeerToPeer = 1 << 1,
    PersistDestination = 1 << 3,
    UndefineSource = 1 << 4,
    Paused = 1 << 5,
    NonSharedDisk = 1 << 6,
    Unsafe = 1 << 9,
    AbortOnError = 1 << 12,
    AutoConverge = 1 << 13,
    PostCopy = 1 << 15,
    Tls = 1 << 16,
    SynchronousCopy = 1 << 18,
}

/// <summary>virDomainState.</summary>
internal enum DomainState
{
    NoState,
    Running,
    Blocked,
    Paused,
    Shutdown,
    Shutoff,
    Crashed,
    SuspendedByGuest,
}

/// <summary>virDomainPausedReason, those that are told apart.</summary>
internal enum PausedReason
{
    Unknown = 0,
    User = 1,
    Migration = 2,
    Crashed = 10,
    StartingUp = 11,
    PostCopy = 12,
    PostCopyFailed = 13,
}

/// <summary>virDomainShutoffReason, those that are told apart. A daemon that was restarted has forgotten it.</summary>
internal enum ShutoffReason
{
    Unknown = 0,

    /// <summary>Migrated to another host, by whoever asked for it.</summary>
    Migrated = 4,
}

/// <summary>virDomainRunningReason, those that are told apart.</summary>
internal enum RunningReason
{
    /// <summary>It fetches the rest of its memory from the source.</summary>
    PostCopy = 10,

    /// <summary>Its memory is still on the source, and the way there is lost.</summary>
    PostCopyFailed = 11,
}

/// <summary>virDomainJobType.</summary>
internal enum JobType
{
    None,
    Bounded,
    Unbounded,
    Completed,
    Failed,
    Cancelled,
}

/// <summary>virDomainJobOperation, those that are told apart.</summary>
internal enum JobOperation
{
    Unknown = 0,
    MigrationIn = 4,
    MigrationOut = 5,
}

/// <summary>virErrorNumber, those that mean something of their own to the driver.</summary>
internal enum ErrorCode
{
    Ok = 0,
    NoSupport = 3,
    NoConnect = 5,
    InvalidConnection = 6,
    InvalidDomain = 7,
    OperationFailed = 9,
    DomainExists = 28,
    OperationDenied = 29,
    SystemError = 38,
    Rpc = 39,
    GnuTls = 40,
    NoDomain = 42,
    NoNetwork = 43,
    AuthenticationFailed = 45,
    NoStoragePool = 49,
    NoStorageVolume = 50,
    OperationInvalid = 55,
    NoInterface = 57,
    ConfigurationUnsupported = 67,
    OperationTimeout = 68,
    HookScriptFailed = 70,
    ArgumentUnsupported = 74,
    OperationAborted = 78,
    NoDomainMetadata = 80,
    MigrateUnsafe = 81,
    BlockCopyActive = 83,
    OperationUnsupported = 84,
    ResourceBusy = 87,
    AccessDenied = 88,
    CpuIncompatible = 91,
    AuthenticationUnavailable = 94,
    DeviceMissing = 99,
}

/// <summary>virDomainEventID and the details of lifecycle events that tell of a migration.</summary>
internal static class DomainEventIds
{
    public const int Lifecycle = 0;
    public const int MigrationIteration = 20;

    public const int Suspended = 3;
    public const int Resumed = 4;
    public const int Stopped = 5;

    /// <summary>VIR_DOMAIN_EVENT_STOPPED_MIGRATED: the source has taken its copy down.</summary>
    public const int StoppedMigrated = 3;

    /// <summary>VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED and VIR_DOMAIN_EVENT_RESUMED_MIGRATED.</summary>
    public const int Migrated = 1;

    /// <summary>VIR_DOMAIN_EVENT_SUSPENDED_POSTCOPY and VIR_DOMAIN_EVENT_RESUMED_POSTCOPY: the switch-over of a post-copy.</summary>
    public const int SuspendedPostCopy = 7;
    public const int ResumedPostCopy = 3;
}
