namespace DrOrchestrator.Server.Tests.Fakes;

/// <summary>Waits for a condition with a deadline; never for a time.</summary>
internal static class Wait
{
    public static async Task Until(Func<bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(30))
            {
                throw new TimeoutException("After 30 s it still is not so.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }
}
