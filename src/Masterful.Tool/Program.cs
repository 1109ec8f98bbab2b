using System.Runtime.InteropServices;
using Masterful.Tool;

using var cancellation = new CancellationTokenSource();

// The first signal checkpoints and stops, a later one ends the process at once: both are the system's own meaning of the signal. Ctrl-C in a
// build reaches this process twice, from the terminal and passed on by the build: what comes within two seconds is one wish.
long? asked = null;
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);

return await MasterfulTool.RunAsync(
    args,
    new ToolHost
    {
        Output = Console.Out,
        Error = Console.Error,
        Environment = Environment.GetEnvironmentVariable,
        IsTerminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb") && Environment.GetEnvironmentVariable("CI") is null,
    },
    cancellation.Token).ConfigureAwait(false);

void Cancel(PosixSignalContext signal)
{
    signal.Cancel = asked is not { } first || Environment.TickCount64 - first < 2000;
    if (asked is null)
    {
        asked = Environment.TickCount64;
        Console.Error.WriteLine("Stopping after the step that is running; a second signal stops at once.");
        cancellation.Cancel();
    }
}
