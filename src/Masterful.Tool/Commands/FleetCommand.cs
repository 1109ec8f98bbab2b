using System.CommandLine;
using Masterful.Core.Data;
using Masterful.Core.Pipeline;
using Masterful.Fleet;
using Masterful.Fleet.Sharing;
using Masterful.Tool.Output;
using Spectre.Console;

namespace Masterful.Tool.Commands;

/// <summary><c>fleet</c>: the machines that run trials for each other.</summary>
internal static class FleetCommand
{
    public static Command Create(CommandBinder bind) => new("fleet", "The fleet that MASTERFUL_FLEET names, and what its workers need.") { Status(bind), Serve(bind) };

    private static Command Status(CommandBinder bind)
    {
        var command = new Command("status", "Lists workers with their devices, what runs, what waits, and what failed within a day.");
        bind.Bind(command, async call =>
        {
            using var database = await FleetSession.OpenAsync(call).ConfigureAwait(false);
            var status = new FleetStatus(database);
            var machines = await status.WorkersAsync(call.Cancellation).ConfigureAwait(false);
            var tasks = await status.TasksAsync(call.Cancellation).ConfigureAwait(false);
            var (done, queued) = await status.DoneAsync(call.Cancellation).ConfigureAwait(false);
            call.Log.Result(
                Text(machines, tasks, done, queued, call.Host.Clock.GetUtcNow()),
                new { workers = machines, tasks, doneWithinADay = done, meanQueueSeconds = queued });
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Serve(CommandBinder bind)
    {
        var port = PortOption.Create("The port; 0 takes a free one.", 8437);
        var listen = new Option<string>("--listen") { Description = "The IP address to listen on; 0.0.0.0 is all of this machine's.", HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1" };
        var certificate = new Option<string?>("--certificate")
        {
            Description = $"A PKCS #12 file with certificate and key, for https. Its password is in {ShareAddress.PasswordVariable}.",
            HelpName = "FILE.pfx",
        };
        var command = new Command(
            "serve",
            $"""
            Serves the spec, its data and its model to `worker --fleet --from URL` on other machines, until Ctrl-C. Who has the token in
            {ShareToken.Variable} can read these files and nothing else. Start it again when they have changed.
            """) { port, listen, certificate };
        bind.Bind(command, async call =>
        {
            var token = ShareToken.Read(call.Host.Environment);
            var address = ShareAddress.Read(call.Parsed.GetValue(listen)!, call.Parsed.GetValue(port), call.Parsed.GetValue(certificate), call.Host.Environment);
            using var owned = address.Certificate;
            var share = await ShareAsync(call).ConfigureAwait(false);
            if (address.Warning is { } warning)
            {
                call.Log.Diagnostic(warning);
            }

            await using var server = await ShareServer.StartAsync(share, address, token, call.Cancellation).ConfigureAwait(false);
            var files = share.Manifest.Files;
            call.Log.Result(
                $"{server.Address}{Environment.NewLine}{files.Count:N0} files, {files.Sum(f => f.Length):N0} bytes, for who has the token. Ctrl-C ends it.",
                new { address = server.Address, files = files.Count, bytes = files.Sum(f => f.Length) });
            await Task.Delay(Timeout.Infinite, call.Cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<Share> ShareAsync(CommandCall call)
    {
        var spec = call.Options.LoadSpec(call.Host, call.Log);
        using var line = new ProgressLine(call.Host, call.Log);
        var progress = new RelayProgress<DataProgress>(p => line.Tell(p.ToString(), p));
        var data = await new DatasetLoader(spec.Runtime.Cache, call.Log).FilesAsync(spec, progress, call.Cancellation).ConfigureAwait(false);
        return await Share.MakeAsync(spec, data, progress, call.Cancellation).ConfigureAwait(false);
    }

    private static string Text(List<FleetMachine> machines, List<FleetTask> tasks, long done, double queued, DateTimeOffset now)
    {
        var workers = new Table().Border(TableBorder.Simple).AddColumns("worker", "device", "at once", "class", "free memory", "engine", "data", "model", "queue", "seen");
        foreach (var machine in machines)
        {
            workers.AddRow(
                Markup.Escape(machine.Name),
                machine.Capability.Device == "cpu" ? $"cpu, {machine.Capability.Threads} thread{(machine.Capability.Threads == 1 ? "" : "s")} a trial" : Markup.Escape(machine.Capability.Device),
                $"{machine.Slots}",
                $"{machine.MemoryClass}",
                $"{machine.AvailableMemory / (double)(1 << 30):0.0} GB",
                Markup.Escape(machine.Capability.Engine),
                Short(machine.Capability.Data),
                Short(machine.Capability.Model),
                Short(machine.Capability.Queue[(machine.Capability.Queue.IndexOf('-', StringComparison.Ordinal) + 1)..]),
                machine.IsAlive ? "now" : $"lost, {Duration.Text(now - machine.Seen)} ago");
        }

        var work = new Table().Border(TableBorder.Simple).AddColumns("state", "what", "policy", "queue", "worker", "epoch", "attempts", "since", "failure");
        foreach (var task in tasks)
        {
            work.AddRow(
                task.State,
                task.Kind,
                Markup.Escape(task.Policy),
                Short(task.Queue[(task.Queue.IndexOf('-', StringComparison.Ordinal) + 1)..]) + (task.MemoryClass == 0 ? "" : $" m{task.MemoryClass}"),
                Markup.Escape(task.Worker ?? "-"),
                task.Epoch is { } epoch ? $"{epoch}/{task.Epochs}" : "-",
                $"{task.Attempts}",
                Duration.Text(task.Age),
                Markup.Escape(task.Failure ?? ""));
        }

        return string.Join(
            Environment.NewLine,
            machines.Count == 0 ? "No workers. `dotnet masterful worker --fleet` on a machine makes it one." : PlainText.Of(workers),
            tasks.Count == 0 ? "Nothing waits, nothing runs, nothing failed within a day." : PlainText.Of(work),
            $"{done} done within a day, {queued:0.0} s in the queue on average.");
    }

    private static string Short(string digits) => Markup.Escape(digits[..Math.Min(8, digits.Length)]);
}
