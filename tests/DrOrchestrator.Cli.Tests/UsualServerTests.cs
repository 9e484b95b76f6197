using Xunit;

namespace DrOrchestrator.Cli.Tests;

public sealed class UsualServerTests
{
    [Fact]
    public async Task Where_no_server_is_named_it_is_the_one_of_the_documents()
    {
        const string documented = "http://127.0.0.1:8470";
        var cli = new Shell(new FakeApi().Answers("GET /api/v1/status", null));

        Assert.Equal(ExitCode.Unknown, await cli.Run("status"));

        Assert.Contains($"{documented}/ gives no usable answer", cli.Error, StringComparison.Ordinal);
        Assert.Contains($"`DRCTL_SERVER` | address of a server; `--server` goes before it | `{documented}` |", Checkout.Text("README.md"), StringComparison.Ordinal);
    }
}
