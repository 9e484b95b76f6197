using DrOrchestrator.Contracts.Bus;
using MassTransit;
using IBus = DrOrchestrator.Engine.Ports.IBus;

namespace DrOrchestrator.Server.Bus;

/// <summary>Puts MassTransit behind the bus port, on RabbitMQ quorum queues or in memory.</summary>
public static class BusRegistration
{
    public static IServiceCollection AddDrOrchestratorBus(this IServiceCollection services, BusOptions options)
    {
        services.AddSingleton<IBus, MassTransitBus>();
        services.AddMassTransit(bus =>
        {
            // What runs here concerns nobody outside; unless told, MassTransit 8.4 and later report the bus to its makers.
            bus.DisableUsageTelemetry();
            bus.AddConsumer<StreamMessageConsumer>();
            bus.AddConsumer<WorkerOrderConsumer>();
            bus.AddConfigureEndpointsCallback((_, _, endpoint) =>
            {
                endpoint.PrefetchCount = options.Prefetch;

                // Nobody listens to faults: what failed is asked again by the sweep.
                endpoint.PublishFaults = false;

                // Every exception, not a list of them: a trial lost two messages to a type that nobody had listed.
                endpoint.UseMessageRetry(retry => retry.Exponential(
                    8, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(100)));
                if (endpoint is IRabbitMqReceiveEndpointConfigurator queue)
                {
                    queue.SetQuorumQueue();
                }
            });
            if (options.RabbitMq is { } address)
            {
                bus.UsingRabbitMq((context, rabbit) =>
                {
                    var user = address.UserInfo.Split(':', 2);
                    var vhost = address.AbsolutePath is "" or "/" ? "/" : Uri.UnescapeDataString(address.AbsolutePath[1..]);
                    rabbit.Host(address.Host, (ushort)(address.Port > 0 ? address.Port : 5672), vhost, host =>
                    {
                        host.Username(Uri.UnescapeDataString(user[0]));
                        host.Password(user.Length > 1 ? Uri.UnescapeDataString(user[1]) : "");
                        host.PublisherConfirmation = true;
                    });
                    Names(rabbit);
                    rabbit.ConfigureEndpoints(context);
                });
            }
            else
            {
                bus.UsingInMemory((context, memory) => memory.ConfigureEndpoints(context));
            }
        });

        // The queues exist before anything is sent: what is published unbound is lost.
        services.Configure<MassTransitHostOptions>(host =>
        {
            host.WaitUntilStarted = true;
            host.StopTimeout = TimeSpan.FromSeconds(10);
        });
        return services;
    }

    private static void Names(IRabbitMqBusFactoryConfigurator rabbit)
    {
        rabbit.Message<StreamMessage>(message => message.SetEntityName("dr.stream-message"));
        rabbit.Message<WorkerOrder>(message => message.SetEntityName("dr.worker-order"));
    }
}
