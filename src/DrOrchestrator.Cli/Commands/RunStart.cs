using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Cli.Commands;

/// <summary>Asks for a run, and asks again where no answer came: the idempotency key makes that the same run.</summary>
internal static class RunStart
{
    private const int Attempts = 3;

    public static async Task<RunStartedReply> Send(Session session, StartRunRequest request, string idempotencyKey, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await session.Api.Post<RunStartedReply>("runs", request, cancellationToken, idempotencyKey);
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

                await Task.Delay(TimeSpan.FromSeconds(attempt), session.Environment.Clock, cancellationToken);
            }
        }
    }
}
