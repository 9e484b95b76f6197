using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Server.Api.Streams;
using Marten;

namespace DrOrchestrator.Server.Hosting;

/// <summary>The audit's view of a stream: events with their causes, as Marten keeps them.</summary>
public sealed class MartenEventRecord(IDocumentStore store) : IEventRecord
{
    public async Task<IReadOnlyList<RecordedEvent>> Read(StreamId stream, long after, int limit, CancellationToken cancellationToken)
    {
        await using var session = store.QuerySession();
        var key = stream.ToString();
        var stored = await session.Events.QueryAllRawEvents()
            .Where(entry => entry.StreamKey == key && entry.Version > after)
            .OrderBy(entry => entry.Version).Take(limit).ToListAsync(cancellationToken);
        return
        [
            .. stored.Select(entry => new RecordedEvent(
                entry.Version,
                entry.Data,
                entry.Timestamp,
                new Cause(
                    Header(entry, "cause"),
                    Guid.TryParse(Header(entry, "message-id"), out var message) ? message : null,
                    Header(entry, "actor"),
                    entry.GetHeader("traceparent")?.ToString()))),
        ];
    }

    private static string Header(JasperFx.Events.IEvent entry, string name) => entry.GetHeader(name)?.ToString() ?? "";
}
