using Npgsql;

namespace DrOrchestrator.SystemTests.Infrastructure;

/// <summary>Waiting for a condition with a deadline; never for a time.</summary>
internal static class Condition
{
    /// <summary>Where a look costs processes of its own, it must not be had so often that it slows what it looks at.</summary>
    public static readonly TimeSpan Seldom = TimeSpan.FromSeconds(1);

    /// <summary>Looks until it is so. A look that finds nobody to ask, as during a restart, is one that found it not so yet.</summary>
    /// <exception cref="TimeoutException">It was not so by the deadline; with what the last look failed with, if it did.</exception>
    public static async Task Until(Func<Task<bool>> condition, TimeSpan deadline, string what, TimeSpan? every = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            Exception? failure = null;
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (Exception exception) when (IsAbsence(exception))
            {
                failure = exception;
            }

            if (TimeProvider.System.GetElapsedTime(began) > deadline)
            {
                var last = failure is null ? "" : $" The last look failed: {failure.Message}";
                throw new TimeoutException($"After {deadline.TotalSeconds:0} s it still is not so that {what}.{last}", failure);
            }

            await Task.Delay(every ?? TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    /// <summary>What a look fails with while a server, the database or a machine of the lab is away. Anything else is a fault of the test or the product and ends it.</summary>
    private static bool IsAbsence(Exception exception) =>
        exception is HttpRequestException or TaskCanceledException { InnerException: TimeoutException } or NpgsqlException or ScriptFailedException;
}
