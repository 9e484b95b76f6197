using DrOrchestrator.Engine.Ports;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace DrOrchestrator.Store;

/// <summary>
/// Gives a follower that is not to begin with the record's beginning the place up to which the record was seen whole when it is started for
/// the first time. It runs after the schema is there and before Marten's daemon looks for places; a place that is kept stays.
/// </summary>
/// <remarks>Marten's own "from the present" takes the present of every start, so that what was recorded between two starts would be left out.</remarks>
public sealed class FollowerBeginnings(NpgsqlDataSource database, StoreOptions options, IEnumerable<IRecordFollower> followers) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var follower in followers.Where(follower => !follower.FromTheBeginning))
        {
            // The high-water mark and not the last number: an append under way may hold a smaller one, and the daemon goes past no gap.
            // That it was decided is kept apart from the place: at a record's own beginning the daemon makes the place itself, and fails to where there is one.
            await using var command = database.CreateCommand($"""
                with begun as (
                  insert into {options.Schema}.mt_event_progression (name, last_seq_id)
                  select $1, coalesce((select last_seq_id from {options.Schema}.mt_event_progression where name = 'HighWaterMark'), 0)
                  on conflict (name) do nothing
                  returning last_seq_id)
                insert into {options.Schema}.mt_event_progression (name, last_seq_id)
                select $2, last_seq_id from begun where last_seq_id > 0
                on conflict (name) do nothing
                """);
            command.Parameters.Add(new NpgsqlParameter { Value = $"{follower.Name}:Beginning" });
            command.Parameters.Add(new NpgsqlParameter { Value = $"{follower.Name}:All" });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
