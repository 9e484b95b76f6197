using System.Globalization;
using System.Xml.Linq;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Drivers.Libvirt.Native;

namespace DrOrchestrator.Drivers.Libvirt.Domains;

/// <summary>
/// The custody generation and the move it belongs to, kept in the domain's own metadata (libvirt,
/// "Domain XML format", metadata; virDomainSetMetadata), in the running and in the stored definition, so that
/// both travel with the VM.
/// </summary>
internal sealed record CustodyMetadata(long Generation, MoveId? Move)
{
    private const string Namespace = "urn:drorchestrator:custody:1";
    private const string Prefix = "dro";

    // virDomainMetadataType and virDomainModificationImpact.
    private const int Element = 2;
    private const uint Live = 1;
    private const uint Config = 2;

    /// <summary>Null: the domain has none. Answered even while the domain is being received, when its whole description is not.</summary>
    public static CustodyMetadata? Read(DomainHandle domain)
    {
        var text = LibvirtNative.virDomainGetMetadata(domain, Element, Namespace, 0);
        if (text != 0)
        {
            return Parse(Check.Text(text));
        }

        var error = LibvirtError.Last();
        return error.Code == ErrorCode.NoDomainMetadata ? null : throw new LibvirtException(error);
    }

    internal static CustodyMetadata? Parse(string xml)
    {
        var custody = XElement.Parse(xml);
        var move = custody.Attribute("move")?.Value;
        return long.TryParse(custody.Attribute("generation")?.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var generation)
            ? new CustodyMetadata(generation, string.IsNullOrEmpty(move) ? null : new MoveId(move))
            : null;
    }

    /// <summary>Written before a migration begins: while it runs libvirt lets nobody modify the domain.</summary>
    public void Write(DomainHandle domain, bool active, bool persistent)
    {
        var element = new XElement(
            "custody",
            new XAttribute("generation", Generation.ToString(CultureInfo.InvariantCulture)),
            Move is { } move ? new XAttribute("move", move.Value) : null);
        Check.NotNegative(LibvirtNative.virDomainSetMetadata(
            domain, Element, element.ToString(), Prefix, Namespace, (active ? Live : 0) | (persistent ? Config : 0)));
    }
}
