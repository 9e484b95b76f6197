using System.Threading.RateLimiting;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace DrOrchestrator.Server.Guards;

/// <summary>What a question got, as far as a pipeline has to know.</summary>
internal interface IAnswer
{
    bool IsUnknown { get; }

    TimeSpan Took { get; }
}

/// <summary>Polly's strategies in their order, from outer to inner.</summary>
internal static class Pipelines
{
    public static ResiliencePipeline Orders(GuardOptions options, TimeProvider clock) =>
        new ResiliencePipelineBuilder { TimeProvider = clock }.AddTimeout(options.OrderTimeout).Build();

    /// <summary>For the looks at one host: never held back.</summary>
    public static ResiliencePipeline Looks(GuardOptions options, TimeProvider clock) =>
        Patient(options, clock).AddTimeout(options.AttemptTimeout).Build();

    /// <summary>For one host. Everything in it counts for that host alone.</summary>
    public static ResiliencePipeline Questions(GuardOptions options, TimeProvider clock) => Patient(options, clock)
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Result is IAnswer { IsUnknown: true } || arguments.Outcome.Exception is TimeoutRejectedException),
            FailureRatio = 0.5,
            MinimumThroughput = options.BreaksAfter,
            SamplingDuration = options.BreakerWindow,
            BreakDuration = options.BreakFor,
        })
        .AddTimeout(options.AttemptTimeout)
        .Build();

    private static ResiliencePipelineBuilder Patient(GuardOptions options, TimeProvider clock) => new ResiliencePipelineBuilder { TimeProvider = clock }
        .AddTimeout(options.TotalTimeout)
        .AddConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = options.QuestionsAtOnce,
            QueueLimit = options.QuestionsWaiting,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        })
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Result is IAnswer { IsUnknown: true } answer && answer.Took < options.BlipBound),
            MaxRetryAttempts = options.Retries,
            Delay = options.RetryDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        });
}
