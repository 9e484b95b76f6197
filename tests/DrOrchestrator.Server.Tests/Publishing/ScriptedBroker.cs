using System.Reflection;
using RabbitMQ.Client;

namespace DrOrchestrator.Server.Tests.Publishing;

/// <summary>A connection with one channel, as far as publishing uses them. The client's interfaces are too large to be written by hand.</summary>
public class ScriptedBroker : DispatchProxy
{
    private bool breaks;
    private ScriptedBroker? of;

    /// <summary>Messages taken.</summary>
    public int Taken { get; private set; }

    /// <summary>How often the connection was closed.</summary>
    public int Closed { get; private set; }

    /// <param name="breaks">Whether its channel takes nothing, and fails again when it is let go.</param>
    public static ScriptedBroker Connection(bool breaks) => Made<IConnection>(broker => broker.breaks = breaks);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        nameof(IConnection.CreateChannelAsync) => Task.FromResult((IChannel)(object)Made<IChannel>(broker => (broker.of, broker.breaks) = (this, breaks))),
        nameof(IChannel.ExchangeDeclarePassiveAsync) => Task.CompletedTask,
        nameof(IChannel.BasicPublishAsync) => new ValueTask(Publish()),
        nameof(IAsyncDisposable.DisposeAsync) => new ValueTask(Dispose()),
        _ => throw new NotSupportedException(targetMethod.Name),
    };

    private static ScriptedBroker Made<T>(Action<ScriptedBroker> with)
        where T : class
    {
        var broker = (ScriptedBroker)(object)Create<T, ScriptedBroker>();
        with(broker);
        return broker;
    }

    private Task Publish()
    {
        if (breaks)
        {
            return Task.FromException(new IOException("The socket is closed."));
        }

        of!.Taken++;
        return Task.CompletedTask;
    }

    private Task Dispose()
    {
        if (of is not null)
        {
            return breaks ? Task.FromException(new IOException("The socket is closed still.")) : Task.CompletedTask;
        }

        Closed++;
        return Task.CompletedTask;
    }
}
