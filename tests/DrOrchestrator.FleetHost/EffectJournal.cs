using System.Text.Json;
using DrOrchestrator.Drivers.Simulated;
using DrOrchestrator.Engine.Serialization;

namespace DrOrchestrator.FleetHost;

/// <summary>What truly happened, a JSON line each, in the kernel's hands before anybody hears of it.</summary>
internal sealed class EffectJournal(string path) : IDisposable
{
    private readonly FileStream file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read);
    private readonly Lock gate = new();

    public void Write(SimulatedEffect effect) => Line(effect);

    public void Write(SimulatedRunning running) => Line(new { running.At, Running = running.Vm, running.Hosts });

    public void Dispose() => file.Dispose();

    private void Line<T>(T entry)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(entry, EngineJson.Options);
        lock (gate)
        {
            file.Write(line);
            file.WriteByte((byte)'\n');
            file.Flush();
        }
    }
}
