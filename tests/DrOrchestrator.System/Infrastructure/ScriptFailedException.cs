namespace DrOrchestrator.SystemTests.Infrastructure;

/// <summary>A script of the checkout ended with another code than 0; the message has what it printed.</summary>
internal sealed class ScriptFailedException(string message) : Exception(message);
