using DrOrchestrator.Engine.Messaging;

namespace DrOrchestrator.Engine.Ports;

/// <summary>
/// Is given the record in its order, page by page, from where it stood when this was first configured, or from its beginning on. One server process at a time follows; the place is kept in the
/// store, and moves on only after a page was taken. So a page can come twice, after a crash, and none is left out.
/// </summary>
public interface IRecordFollower
{
    /// <summary>Under which the store keeps the place. Another name begins anew.</summary>
    string Name { get; }

    /// <summary>Whether it begins with the record's beginning. False: with what is recorded from its first start on. A place that is kept goes before either.</summary>
    bool FromTheBeginning => true;

    /// <summary>Takes a page. It ends when the page is safe, however long that takes; what it throws has the store pause and try again.</summary>
    Task Follow(IReadOnlyList<CommittedEvent> page, CancellationToken cancellationToken);
}
