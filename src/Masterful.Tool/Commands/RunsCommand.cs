using System.CommandLine;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Masterful.Results;
using Masterful.Tool.Output;
using Spectre.Console;

namespace Masterful.Tool.Commands;

/// <summary><c>runs</c>: what the journal knows.</summary>
internal static class RunsCommand
{
    public static Command Create(CommandBinder bind)
    {
        var id = new Argument<string?>("id")
        {
            Description = "A run (the first letters of its id suffice): lists its trials. Without it: lists the runs.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("runs", "Lists the runs in the cache, or the trials of one.") { id };
        command.Add(PruneCommand.Create(bind));
        bind.Bind(command, async call =>
        {
            var spec = call.Options.LoadSpec(call.Host, call.Log);
            var (opened, owner) = await FleetSession.OpenJournalAsync(call, spec).ConfigureAwait(false);
            using var database = owner;
            using var journal = opened
                ?? throw new DiagnosticException(ToolDiagnostics.NoResult, $"There is no journal in {spec.Runtime.Cache} yet: `dotnet masterful run` makes one.");
            var runs = journal.Runs();
            if (call.Parsed.GetValue(id) is not { } wanted)
            {
                call.Log.Result(List(runs), runs);
                return ExitCode.Ok;
            }

            var run = runs.FirstOrDefault(r => r.Id.StartsWith(wanted, StringComparison.OrdinalIgnoreCase))
                ?? throw new DiagnosticException(ToolDiagnostics.NoResult, $"No run begins with '{wanted}'. `dotnet masterful runs` lists them.");
            var trials = journal.TrialsOf(run.Id);
            call.Log.Result(
                Show(run, trials),
                new { run, trials = trials.Select(t => new { t.PolicyName, t.Finished, t.Result.Key, t.Result.Status, t.Result.SelectLoss, t.Result.SelectError, t.Result.Seconds, t.Result.Reused }) });
            return ExitCode.Ok;
        });
        return command;
    }

    private static string List(IReadOnlyList<JournalRun> runs)
    {
        var table = Columns("run", "started (UTC)", "took", "status", "trained", "reused");
        foreach (var run in runs)
        {
            table.AddRow(
                run.Id,
                $"{run.Started.UtcDateTime:yyyy-MM-dd HH:mm}",
                run.Finished is { } end ? Duration.Text(end - run.Started) : Figures.Missing,
                Markup.Escape(run.Status ?? "not finished"),
                $"{run.TrialsRun}",
                $"{run.TrialsReused}");
        }

        return PlainText.Of(table);
    }

    private static string Show(JournalRun run, IReadOnlyList<JournalTrial> trials)
    {
        var table = Columns("trial", "policy", "status", "loss", "error", "seconds", "");
        foreach (var trial in trials)
        {
            table.AddRow(
                trial.Result.Key[..10],
                Markup.Escape(trial.PolicyName),
                trial.Result.Status.ToString().ToLowerInvariant(),
                Figures.Loss(trial.Result.SelectLoss),
                Figures.Percent(trial.Result.SelectError),
                Figures.Number(trial.Result.Seconds, 1),
                trial.Result.Reused ? "reused" : "");
        }

        return $"{run.Id}: {run.SpecPath}{Environment.NewLine}{run.Summary ?? run.Status ?? "not finished"}{Environment.NewLine}{PlainText.Of(table)}";
    }

    private static Table Columns(params string[] names)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var name in names)
        {
            table.AddColumn(name);
        }

        return table;
    }
}
