using DrOrchestrator.Server.Hosting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace DrOrchestrator.Server.Tests.Configuration;

public sealed class EmptySettingsTests
{
    [Fact]
    public void What_a_compose_file_leaves_empty_counts_as_not_set()
    {
        var settings = ServerSettings.From(new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Database"] = "Host=db", ["Inventory"] = "", ["Runbooks"] = "" })
            .Build());

        Assert.Null(settings.InventoryPath);
        Assert.Equal("runbooks", settings.RunbooksPath);
    }
}
