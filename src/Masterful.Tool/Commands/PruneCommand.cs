using System.CommandLine;
using Masterful.Core.Pipeline;
using Masterful.Core.Spec;
using Masterful.Tool.Output;
using Spectre.Console;

namespace Masterful.Tool.Commands;

/// <summary><c>runs prune</c>: a cache that is kept from build to build stays small.</summary>
internal static class PruneCommand
{
    public static Command Create(CommandBinder bind)
    {
        var days = new Option<int?>("--days")
        {
            Description = "Also remove what was not used for so many days.",
            HelpName = "N",
        };
        days.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out var given) || given is < 1 or > 36_500))
            {
                result.AddError("--days takes a number from 1 to 36500.");
            }
        });
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be removed." };
        var command = new Command(
            "prune",
            """
            Removes trials, weights, checkpoints and searches that the spec and its lock can't ask for again.
            With `runtime.journal: postgres` only what --days names goes from the journal: other machines' runs write to it too.
            """) { days, dryRun };
        bind.Bind(command, async call =>
        {
            var spec = call.Options.LoadSpec(call.Host, call.Log);
            var dry = call.Parsed.GetValue(dryRun);
            var isShared = spec.Runtime.Journal == JournalKind.Postgres;
            using var database = isShared ? await FleetSession.OpenAsync(call).ConfigureAwait(false) : null;
            if (!isShared && !File.Exists(TorchEnvironment.JournalPath(spec.Runtime.Cache)))
            {
                call.Log.Result($"Nothing to prune: there is no journal in {spec.Runtime.Cache}.", Array.Empty<PrunedKind>());
                return ExitCode.Ok;
            }

            var age = call.Parsed.GetValue(days) is { } limit ? TimeSpan.FromDays(limit) : (TimeSpan?)null;
            var pruned = new CachePruning(spec, call.Host.Clock, call.Log, database is null ? null : () => FleetSession.Journal(call, spec, database)).Prune(age, dry);
            call.Log.Result(Text(pruned, dry), new { dryRun = dry, pruned, bytes = pruned.Sum(k => k.Bytes) });
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Text(IReadOnlyList<PrunedKind> pruned, bool dry)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("").AddColumn(new TableColumn("removed").RightAligned()).AddColumn(new TableColumn("MiB").RightAligned());
        foreach (var kind in pruned)
        {
            table.AddRow(kind.Kind, $"{kind.Count:N0}", $"{kind.Bytes / 1048576.0:0.0}");
        }

        return $"{PlainText.Of(table)}{Environment.NewLine}{(dry ? "Would free" : "Freed")} {pruned.Sum(k => k.Bytes) / 1048576.0:0.0} MiB.";
    }
}
