namespace DrOrchestrator.SystemTests.Infrastructure;

/// <summary>Waiting for a condition with a deadline; never for a time.</summary>
internal static class Condition
{
    public static async Task Until(Func<Task<bool>> condition, TimeSpan deadline, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > deadline)
            {
                throw new TimeoutException($"After {deadline.TotalSeconds:0} s it still is not so that {what}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }
}
