namespace DrOrchestrator.SystemTests.Infrastructure;

/// <summary>Waiting for a condition with a deadline; never for a time.</summary>
internal static class Condition
{
    /// <summary>Where a look costs processes of its own, it must not be had so often that it slows what it looks at.</summary>
    public static readonly TimeSpan Seldom = TimeSpan.FromSeconds(1);

    public static async Task Until(Func<Task<bool>> condition, TimeSpan deadline, string what, TimeSpan? every = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > deadline)
            {
                throw new TimeoutException($"After {deadline.TotalSeconds:0} s it still is not so that {what}.");
            }

            await Task.Delay(every ?? TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }
}
