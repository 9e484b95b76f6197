using System.Globalization;
using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Cli.Commands;

/// <summary>Asks for a run, and asks again where no answer came: the idempotency key makes that the same run.</summary>
internal static class RunStart
{
    private const int Attempts = 3;

    /// <summary>Begins with the time, which becomes part of the run's name; the rest is chance.</summary>
    public static string NewKey(TimeProvider clock) =>
        string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow().UtcDateTime:yyyyMMddHHmmss}-{Guid.NewGuid():N}");

    public static async Task<RunStartedReply> Send(Call call, StartRunRequest request, string idempotencyKey, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call.Api.Post<RunStartedReply>("runs", request, cancellationToken, idempotencyKey);
            }
            catch (CliFailure failure) when (failure.ExitCode == ExitCode.Unknown)
            {
                if (attempt == Attempts)
                {
                    throw new CliFailure(
                        ExitCode.Unknown,
                        $"It is not known whether the run was started. {failure.Problem.Title}",
                        $"Ask again with --idempotency-key {idempotencyKey}, which starts no second one, or look with drctl run list.");
                }

                await Task.Delay(TimeSpan.FromSeconds(attempt), call.Environment.Clock, cancellationToken);
            }
        }
    }
}
