using System.Globalization;
using System.Runtime.InteropServices;
using Masterful.Core.Runtime;
using Masterful.Tool;

// Figures are written alike on every machine, whatever its language, and by whatever code of a model runs in this process.
CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;

using var cancellation = new CancellationTokenSource();

// The first signal checkpoints and stops, a later one ends the process at once: both are the system's own meaning of the signal. Ctrl-C in a
// build reaches this process twice, from the terminal and passed on by the build: what comes within two seconds is one wish.
// A worker of a run leaves both to the process that started it, which gets the same signal and tells its workers to stop.
var isWorker = args is [WorkerProgram.Name, ..] && !args.Contains(WorkerProgram.FleetOption);
var asked = 0L;
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
using var stop = StopFile.Watch(isWorker ? null : EnvironmentSetting.Read(StopFile.Variable), Stop);

return await MasterfulTool.RunAsync(
    args,
    new ToolHost
    {
        Input = Console.In,
        Output = Console.Out,
        Error = Console.Error,
        Environment = EnvironmentSetting.Read,
        IsTerminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb") && Environment.GetEnvironmentVariable("CI") is null,
    },
    cancellation.Token).ConfigureAwait(false);

void Cancel(PosixSignalContext signal)
{
    if (isWorker)
    {
        signal.Cancel = true;
        return;
    }

    signal.Cancel = Interlocked.Read(ref asked) is var first && (first == 0 || Environment.TickCount64 - first < 2000);
    Stop();
}

void Stop()
{
    if (Interlocked.CompareExchange(ref asked, Environment.TickCount64, 0) == 0)
    {
        Console.Error.WriteLine("Stopping after the step that is running; a second signal stops at once.");
        cancellation.Cancel();
    }
}
