using System.CommandLine;
using Masterful.Fleet;
using Masterful.Tool.Output;
using Spectre.Console;

namespace Masterful.Tool.Commands;

/// <summary><c>fleet</c>: the machines that run trials for each other.</summary>
internal static class FleetCommand
{
    public static Command Create(CommandBinder bind) => new("fleet", "Looks at the fleet that MASTERFUL_FLEET names.") { Status(bind) };

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

    private static string Text(List<FleetMachine> machines, List<FleetTask> tasks, long done, double queued, DateTimeOffset now)
    {
        var workers = new Table().Border(TableBorder.Simple).AddColumns("worker", "device", "at once", "free memory", "engine", "data", "model", "queue", "seen");
        foreach (var machine in machines)
        {
            workers.AddRow(
                Markup.Escape(machine.Name),
                machine.Capability.Device == "cpu" ? $"cpu, {machine.Capability.Threads} thread{(machine.Capability.Threads == 1 ? "" : "s")} a trial" : Markup.Escape(machine.Capability.Device),
                $"{machine.Slots}",
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
                Short(task.Queue[(task.Queue.IndexOf('-', StringComparison.Ordinal) + 1)..]),
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
