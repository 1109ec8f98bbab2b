using System.CommandLine;
using Masterful.Core.Trials.Workers;

namespace Masterful.Tool.Commands;

/// <summary><c>worker</c>: runs trials that another process of this tool asks for.</summary>
internal static class WorkerCommandLine
{
    public static Command Create(CommandBinder bind)
    {
        var fleet = new Option<bool>(WorkerProgram.FleetOption) { Description = "Take trials from the fleet's queue instead of from a parent process." };
        var name = new Option<string>("--name")
        {
            Description = "With --fleet: what people see this machine called.",
            HelpName = "NAME",
            DefaultValueFactory = _ => Environment.MachineName,
        };
        var from = new Option<string?>("--from")
        {
            Description = "With --fleet: fetch spec, data and model from where a coordinator runs `fleet serve`, with the token in MASTERFUL_FLEET_TOKEN. Kept by content: only what is new is fetched.",
            HelpName = "URL",
        };
        var trustModel = new Option<bool>("--trust-model") { Description = "With --from: fetch and run the coordinator's own model, which is code." };
        var memory = new Option<double?>("--memory")
        {
            Description = "With --fleet: GiB that a trial has here, where that can't be seen or is not all there is. What runs out of memory on one machine is given to one that has more.",
            HelpName = "GIB",
        };
        memory.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is not (null or (> 0 and <= 65536)))
            {
                result.AddError("--memory takes GiB, more than 0.");
            }
        });
        var command = new Command(
            WorkerProgram.Name,
            """
            Trains what another process asks for, over JSON-RPC on standard input and output. `run`, `search`, `train` and `data --labels` start
            as many workers as runtime.workers says and end them; there is no need to start one by hand.
            It ends when its standard input is closed, and leaves Ctrl-C to the process that started it.

            With --fleet this machine works for other machines' runs until Ctrl-C: it takes trials of this spec's data and model from the
            PostgreSQL that MASTERFUL_FLEET names, and runs them in worker processes of its own. The runs have runtime.fleet: true.
            Spec and data are this machine's (a shared folder), or with --from those of a coordinator's `fleet serve`.
            """) { fleet, name, from, trustModel, memory };
        command.Validators.Add(result =>
        {
            if (result.GetValue(from) is null ? result.GetValue(trustModel) : !result.GetValue(fleet))
            {
                result.AddError("--from goes with --fleet, and --trust-model with --from.");
            }

            if (result.GetValue(memory) is not null && !result.GetValue(fleet))
            {
                result.AddError("--memory goes with --fleet.");
            }
        });
        bind.Bind(command, async call =>
        {
            var machine = new FleetSession.Machine(call.Parsed.GetValue(name)!, call.Parsed.GetValue(memory));
            if (call.Parsed.GetValue(from) is { } coordinator)
            {
                await FleetSession.WorkAsync(call, machine, coordinator, call.Parsed.GetValue(trustModel)).ConfigureAwait(false);
                return ExitCode.Ok;
            }

            if (call.Parsed.GetValue(fleet))
            {
                await FleetSession.WorkAsync(call, call.Options.LoadSpec(call.Host, call.Log), machine).ConfigureAwait(false);
                return ExitCode.Ok;
            }

            var (input, output) = WorkerProgram.TakeStreams();
            var spec = call.Options.LoadSpecQuietly(call.Host);
            var device = await TorchSession.StartAsync(call, spec.Model.Assembly, spec.Runtime.Device, spec.Runtime.Threads).ConfigureAwait(false);
            await new WorkerServer(spec, device, call.Host.Clock, call.Log).RunAsync(input, output).ConfigureAwait(false);
            return ExitCode.Ok;
        });
        return command;
    }
}
