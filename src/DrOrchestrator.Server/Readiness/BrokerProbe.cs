using MassTransit;

namespace DrOrchestrator.Server.Readiness;

/// <summary>Whether the bus is connected and its queues are consumed from. MassTransit knows without asking the broker.</summary>
public sealed class BrokerProbe(IBusControl bus) : IReadinessProbe
{
    public string Name => "broker";

    public Task<string?> WhatIsWrong(CancellationToken cancellationToken) => Task.FromResult(bus.CheckHealth().Status is BusHealthStatus.Healthy
        ? null
        : "The broker is not connected, or a queue is not consumed from; events wait in the record until it is.");
}
