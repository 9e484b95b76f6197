namespace DrOrchestrator.Drivers.Libvirt.Connections;

/// <summary>
/// Runs blocking native work on a thread of its own. The thread pool must not wait in libvirt: a few
/// slow hosts would take it from everybody, the tunnels included.
/// </summary>
internal static class DedicatedThread
{
    private const int StackSize = 512 * 1024;

    public static Task<T> Run<T>(string name, Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(
            () =>
            {
                try
                {
                    result.SetResult(work());
                }
#pragma warning disable CA1031 // Whatever happened belongs to the caller, not to this thread.
                catch (Exception error)
#pragma warning restore CA1031
                {
                    result.SetException(error);
                }
            },
            StackSize)
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        return result.Task;
    }
}
