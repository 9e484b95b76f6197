using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Planning;

/// <summary>A part of a move's way of which the inventory says what it carries.</summary>
/// <param name="Width">What it carries in the move's direction.</param>
/// <param name="Name">How it is called in a sentence.</param>
public sealed record WayPart(Bandwidth Width, string Name)
{
    /// <summary>The narrowest of the link and both hosts' interfaces, as far as they are known; null: none is.</summary>
    public static WayPart? Narrowest(PlannedMove move, ScopeObservation scope) => Known(move, scope).MinBy(part => part.Width.BytesPerSecond);

    internal static string OfLink(SiteId from, SiteId to) => $"the link from {from} to {to}";

    internal static string OutOf(HostId host) => $"the outgoing interface of {host}";

    internal static string Into(HostId host) => $"the incoming interface of {host}";

    private static IEnumerable<WayPart> Known(PlannedMove move, ScopeObservation scope)
    {
        if (scope.LinkOf(move) is { } link)
        {
            yield return new WayPart(link.Bandwidth, OfLink(move.Source.Site, move.Destination.Site));
        }

        if (InterfaceOf(move.Source, scope) is { } sending)
        {
            yield return new WayPart(sending, OutOf(move.Source.Host));
        }

        if (InterfaceOf(move.Destination, scope) is { } receiving)
        {
            yield return new WayPart(receiving, Into(move.Destination.Host));
        }
    }

    private static Bandwidth? InterfaceOf(HostEndpoint host, ScopeObservation scope) => scope.Rules?.Hosts.FirstOrDefault(limit => limit.Host == host.Host)?.Interface;
}
