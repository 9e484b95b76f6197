using System.Runtime.InteropServices;
using System.Text.Json;
using DrOrchestrator.Lab.Probe;

if (Options.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(Options.Usage);
    return 2;
}

using var stop = new CancellationTokenSource();
if (options.Duration is { } duration)
{
    stop.CancelAfter(duration);
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

var clock = new ObservationClock(TimeProvider.System);
var guests = options.Guests
    .Select(guest => new GuestObservation(guest.Name, guest.Address, options.Probes,
        options.RestartsExpected.Contains(guest.Name) || options.RestartsExpected.Contains("all")))
    .ToList();
var sampler = new QmpSampler(options.StateFolder, guests, clock);
var probers = options.Probes
    .Select((probe, turn) => new UdpProber(probe, NetworkNamespace.OpenUdpSocket($"dr-probe-{probe}"), guests,
        options.Interval * options.Probes.Count, options.Interval * turn, clock))
    .ToList();

var threads = probers.Select(prober => new Thread(() => prober.Run(stop.Token)))
    .Append(new Thread(() => sampler.Run(stop.Token)))
    .ToList();
threads.ForEach(thread => thread.Start());
await Console.Error.WriteLineAsync($"probe: observing {guests.Count} guests from {string.Join(" and ", options.Probes)}");
threads.ForEach(thread => thread.Join());

var report = Summary.Of(guests, clock, probers.Max(prober => prober.LongestStall));
await Console.Out.WriteLineAsync(options.Json
    ? JsonSerializer.Serialize(report, ReportJson.Default.ProbeReport)
    : Summary.Table(report));
return 0;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
