using System.Text.Json;
using DrOrchestrator.Contracts.Bus;
using DrOrchestrator.Engine.Serialization;
using MassTransit;

namespace DrOrchestrator.SystemTests.Infrastructure;

/// <summary>Puts a message on the product's bus from outside.</summary>
internal sealed class BusClient : IAsyncDisposable
{
    private readonly IBusControl bus;

    private BusClient(IBusControl bus) => this.bus = bus;

    public static async Task<BusClient> Connect(string address)
    {
        var uri = new Uri(address);
        var user = uri.UserInfo.Split(':');
        var bus = MassTransit.Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(uri.Host, (ushort)uri.Port, "/", host =>
            {
                host.Username(user[0]);
                host.Password(user[1]);
            });
            rabbit.Message<StreamMessage>(message => message.SetEntityName("dr.stream-message"));
        });
        await bus.StartAsync();
        return new BusClient(bus);
    }

    public Task Send(string stream, object message) => bus.Publish(new StreamMessage
    {
        To = stream,
        Name = WireNames.NameOf(message.GetType()),
        Body = JsonSerializer.Serialize(message, message.GetType(), EngineJson.Options),
    });

    public async ValueTask DisposeAsync() => await bus.StopAsync(TimeSpan.FromSeconds(10));
}
