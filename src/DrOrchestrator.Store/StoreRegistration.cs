using DrOrchestrator.Engine.Messaging;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Serialization;
using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using Marten;
using IEventStore = DrOrchestrator.Engine.Ports.IEventStore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DrOrchestrator.Store;

/// <summary>Puts the Marten adapters behind the ports.</summary>
public static class StoreRegistration
{
    /// <summary>
    /// Registers event store, deadlines and the relay's subscription. Call it after the bus was
    /// registered: the relay must not send before the queues exist.
    /// </summary>
    public static IServiceCollection AddDrOrchestratorStore(
        this IServiceCollection services, StoreOptions options, Action<Marten.StoreOptions>? documents = null)
    {
        services.AddSingleton(options);
        services.AddSingleton(NpgsqlDataSource.Create(options.TunedConnectionString));
        services.AddSingleton<RelayWaker>();
        services.AddHostedService(provider => provider.GetRequiredService<RelayWaker>());
        services.AddSingleton<RelayListener>();
        services.AddHostedService(provider => provider.GetRequiredService<RelayListener>());
        services.AddSingleton<IEventStore, MartenEventStore>();
        services.AddSingleton<IDeadlines, PostgresDeadlines>();
        services.AddSingleton<IRelayProgress, PostgresRelayProgress>();
        var marten = services.AddMarten(provider => Configure(provider, options, documents)).UseLightweightSessions().ApplyAllDatabaseChangesOnStartup();
        services.AddHostedService<FollowerBeginnings>();
        marten.AddAsyncDaemon(DaemonMode.HotCold);
        return services;
    }

    private static Marten.StoreOptions Configure(IServiceProvider provider, StoreOptions options, Action<Marten.StoreOptions>? documents)
    {
        var marten = new Marten.StoreOptions { DatabaseSchemaName = options.Schema, DisableNpgsqlLogging = true };
        marten.Connection(provider.GetRequiredService<NpgsqlDataSource>());
        marten.UseSystemTextJsonForSerialization(configure: json => EngineJson.Configure(json));
        marten.Storage.ExtendedSchemaObjects.Add(OutstandingTable.Definition(options.Schema));

        var events = marten.Events;
        events.StreamIdentity = StreamIdentity.AsString;
        events.AppendMode = EventAppendMode.Quick;
        events.UseExclusiveLockOnConcurrentAppends = true;
        events.MetadataConfig.HeadersEnabled = true;

        // The stock lock of DistributedLock 1.3.1 fails silently under HotCold; the transaction-bound one works.
        events.UseMonitoredAdvisoryLock = false;
        events.UseAdvisoryLockTransaction = true;
        foreach (var (name, type) in WireNames.Events)
        {
            events.MapEventType(type, name);
        }

        // A dead leader is replaced within about a second; a hole that a kill left in the sequence is waited for half a second.
        marten.Projections.LeadershipPollingTime = 250;
        marten.Projections.StaleSequenceThreshold = TimeSpan.FromMilliseconds(500);
        marten.Projections.Wakeup = provider.GetRequiredService<RelayListener>();
        events.Subscribe(new RelaySubscription((page, token) => provider.GetRequiredService<Relay>().Process(page, token)), subscription =>
        {
            subscription.Name = "relay";
            subscription.Options.BatchSize = 1000;
        });
        foreach (var follower in provider.GetServices<IRecordFollower>())
        {
            events.Subscribe(new RelaySubscription(follower.Follow), subscription =>
            {
                subscription.Name = follower.Name;
                subscription.Options.BatchSize = 1000;
            });
        }

        documents?.Invoke(marten);
        return marten;
    }
}
