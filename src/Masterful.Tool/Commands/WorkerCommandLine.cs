using System.CommandLine;
using Masterful.Core.Trials.Workers;

namespace Masterful.Tool.Commands;

/// <summary><c>worker</c>: runs trials that another process of this tool asks for.</summary>
internal static class WorkerCommandLine
{
    public static Command Create(CommandBinder bind)
    {
        var command = new Command(
            WorkerProgram.Name,
            """
            Trains what another process asks for, over JSON-RPC on standard input and output. `run`, `search`, `train` and `data --labels` start
            as many workers as runtime.workers says and end them; there is no need to start one by hand.
            It ends when its standard input is closed, and leaves Ctrl-C to the process that started it.
            """);
        bind.Bind(command, async call =>
        {
            var (input, output) = WorkerProgram.TakeStreams();
            var spec = call.Options.LoadSpecQuietly(call.Host);
            var device = await TorchSession.StartAsync(call, spec.Model.Assembly, spec.Runtime.Device, spec.Runtime.Threads).ConfigureAwait(false);
            await new WorkerServer(spec, device, call.Host.Clock, call.Log).RunAsync(input, output).ConfigureAwait(false);
            return ExitCode.Ok;
        });
        return command;
    }
}
