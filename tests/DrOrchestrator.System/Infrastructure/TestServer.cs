namespace DrOrchestrator.SystemTests.Infrastructure;

/// <summary>Server processes of the product, as an operator runs them.</summary>
internal static class TestServer
{
    public static ChildProcess Start(Services services, string name, int port, string? schema = null, string? runbooks = null) => ChildProcess.StartDotnet(
        Repository.Built("src/DrOrchestrator.Server", "DrOrchestrator.Server"),
        Path.Combine(services.Folder, $"{name}.log"),
        new Dictionary<string, string>
        {
            ["DR_DATABASE"] = services.Database,
            ["DR_RABBITMQ"] = services.RabbitMq,
            ["DR_FLEET"] = TestFleet.Address,
            ["DR_RUNBOOKS"] = runbooks ?? Path.Combine(Repository.Root, "runbooks"),
            ["DR_FIRSTKEYFILE"] = Path.Combine(services.Folder, $"{schema ?? "first"}-key"),
            ["DR_SCHEMA"] = schema ?? "dr",
            ["DR_CLAIMLIFETIMESECONDS"] = "4",
            ["DR_RESENDAFTERSECONDS"] = "2",
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["Logging__LogLevel__Default"] = "Warning",
        });

    public static async Task WaitUntilUp(int port)
    {
        using var http = new HttpClient();
        await Condition.Until(
            async () =>
            {
                try
                {
                    return (await http.GetAsync(new Uri($"http://127.0.0.1:{port}/healthz"))).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(90),
            $"the server on port {port} answers");
    }
}
