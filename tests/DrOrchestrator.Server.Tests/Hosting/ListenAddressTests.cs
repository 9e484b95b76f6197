using DrOrchestrator.Server.Hosting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace DrOrchestrator.Server.Tests.Hosting;

public sealed class ListenAddressTests
{
    [Fact]
    public void Where_nothing_is_said_it_is_the_port_of_the_documents() => Assert.Equal("http://localhost:8470", Completed("urls", "")["urls"]);

    [Theory]
    [InlineData("urls", "http://+:80")]
    [InlineData("http_ports", "8080")]
    [InlineData("https_ports", "8443")]
    [InlineData("Kestrel:Endpoints:Inside:Url", "http://10.0.0.1:8080")]
    public void What_is_said_stands(string key, string value)
    {
        var configuration = Completed(key, value);
        Assert.Equal(value, configuration[key]);
        Assert.Equal(key == "urls" ? value : null, configuration["urls"]);
    }

    private static IConfiguration Completed(string key, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [key] = value }).Build();
        ListenAddress.Complete(configuration);
        return configuration;
    }
}
