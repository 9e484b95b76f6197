namespace DrOrchestrator.Store;

/// <summary>Where the streams are kept.</summary>
public sealed record StoreOptions
{
    /// <summary>An Npgsql connection string.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The database schema that holds everything of ours.</summary>
    public string Schema { get; init; } = "dr";

    /// <summary>
    /// The connection string with what the trials showed to matter: prepared statements, and no reset
    /// round trip when a connection goes back to the pool.
    /// </summary>
    public string TunedConnectionString => new Npgsql.NpgsqlConnectionStringBuilder(ConnectionString)
    {
        NoResetOnClose = true,
        MaxAutoPrepare = 80,
        AutoPrepareMinUsages = 2,
    }.ConnectionString;
}
