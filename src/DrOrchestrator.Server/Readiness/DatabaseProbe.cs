using Npgsql;

namespace DrOrchestrator.Server.Readiness;

/// <summary>Whether the database answers.</summary>
public sealed class DatabaseProbe(NpgsqlDataSource database) : IReadinessProbe
{
    public string Name => "database";

    public async Task<string?> WhatIsWrong(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select 1");
        await command.ExecuteScalarAsync(cancellationToken);
        return null;
    }
}
