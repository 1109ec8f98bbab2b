using System.Runtime.InteropServices;
using Masterful.Tool;

using var cancellation = new CancellationTokenSource();

// The first signal checkpoints and stops, a second one ends the process at once: both are the system's own meaning of the signal.
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
    if (!cancellation.IsCancellationRequested)
    {
        signal.Cancel = true;
        Console.Error.WriteLine("Stopping after the step that is running; a second signal stops at once.");
        cancellation.Cancel();
    }
}
