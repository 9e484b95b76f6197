namespace DrOrchestrator.SystemTests.Infrastructure;

/// <summary>Server processes of the product, as an operator runs them.</summary>
internal static class TestServer
{
    /// <param name="services">Its database and broker.</param>
    /// <param name="name">Names its log.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="schema">The schema of its record; null: the usual one.</param>
    /// <param name="runbooks">Its plans; null: the repository's.</param>
    /// <param name="slots">How many moves all runs may have under way together.</param>
    /// <param name="hasty">Asks again and takes claims over sooner than the product as it is shipped, so that a test of kills takes less time.</param>
    /// <param name="more">Settings besides, or instead.</param>
    public static ChildProcess Start(
        Services services, string name, int port, string? schema = null, string? runbooks = null, bool hasty = true, int slots = 1024, IReadOnlyDictionary<string, string>? more = null) => ChildProcess.StartDotnet(
        Repository.Built("src/DrOrchestrator.Server", "DrOrchestrator.Server"),
        Path.Combine(services.Folder, $"{name}.log"),
        [
            .. new Dictionary<string, string>
            {
                ["DR_DATABASE"] = services.Database,
                ["DR_RABBITMQ"] = services.RabbitMq,
                ["DR_FLEET"] = TestFleet.Address,
                ["DR_RUNBOOKS"] = runbooks ?? Path.Combine(Repository.Root, "runbooks"),
                ["DR_FIRSTKEYFILE"] = Path.Combine(services.Folder, $"{schema ?? "first"}-key"),
                ["DR_SCHEMA"] = schema ?? "dr",
                ["DR_SIMULATEDSLOTS"] = $"{slots}",
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
                ["Logging__LogLevel__Default"] = "Warning",
            },
            .. hasty ? new Dictionary<string, string> { ["DR_CLAIMLIFETIMESECONDS"] = "4", ["DR_RESENDAFTERSECONDS"] = "2" } : [],
            .. more ?? new Dictionary<string, string>(),
        ]);

    public static async Task WaitUntilUp(int port)
    {
        using var http = new HttpClient();
        await Condition.Until(
            async () => (await http.GetAsync(new Uri($"http://127.0.0.1:{port}/healthz"))).IsSuccessStatusCode,
            TimeSpan.FromSeconds(90),
            $"the server on port {port} answers");
    }
}
