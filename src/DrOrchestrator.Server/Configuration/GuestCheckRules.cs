using DrOrchestrator.Core.Inventory;

namespace DrOrchestrator.Server.Configuration;

/// <summary>How guests are asked: a template for all, and what single VMs have of their own.</summary>
/// <param name="Template">For every VM without its own; <c>{name}</c> and <c>{id}</c> in its address are filled in. Null: those have no check.</param>
/// <param name="Own">By the VM's name or id; a null check: this VM has none.</param>
internal sealed record GuestCheckRules(GuestCheck? Template, IReadOnlyDictionary<string, GuestCheck?> Own)
{
    public GuestCheck? CheckOf(VmRef vm)
    {
        // The id is the stronger name: two VMs may share a name.
        var check = Own.TryGetValue(vm.Id.Value, out var byId) ? byId : Own.TryGetValue(vm.Name, out var byName) ? byName : Template;
        return check is null ? null : check with { Url = Fill(check.Url, vm) };
    }

    private static string Fill(string url, VmRef vm) => url
        .Replace("{name}", Uri.EscapeDataString(vm.Name), StringComparison.Ordinal)
        .Replace("{id}", Uri.EscapeDataString(vm.Id.Value), StringComparison.Ordinal);
}
