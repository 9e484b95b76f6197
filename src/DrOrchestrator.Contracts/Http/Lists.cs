namespace DrOrchestrator.Contracts.Http;

/// <summary>All hosts of the inventory, and hosts that alerts spoke of.</summary>
public sealed record HostList(IReadOnlyList<HostView> Hosts);

/// <summary>Sites with a host in the inventory, by name.</summary>
public sealed record SiteList(IReadOnlyList<SiteView> Sites);

public sealed record VmList(IReadOnlyList<VmView> Vms);

/// <summary>Runs, last changed first.</summary>
public sealed record RunList(IReadOnlyList<RunSummary> Runs);

public sealed record KeyList(IReadOnlyList<KeyView> Keys);
