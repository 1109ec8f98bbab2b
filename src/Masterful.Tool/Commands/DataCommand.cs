using System.CommandLine;
using Masterful.Core.Data;
using Masterful.Core.Spec;
using Masterful.Results;
using Masterful.Tool.Output;
using Spectre.Console;

namespace Masterful.Tool.Commands;

/// <summary><c>data</c>: health of the data and a contact sheet, before anything is trained.</summary>
internal static class DataCommand
{
    private const int SamplesPerClass = 12;

    public static Command Create(CommandBinder bind)
    {
        var sheet = new Option<string>("--sheet")
        {
            Description = "Where to write the contact sheet: a row a class.",
            HelpName = "FILE.png",
            DefaultValueFactory = _ => "masterful-data.png",
        };
        var command = new Command("data", "Reads and checks the data: counts, duplicates, leaks, sizes; writes a contact sheet to look at.") { sheet };
        bind.Bind(command, async call =>
        {
            var spec = call.Options.LoadSpec(call.Host, call.Log);
            using var splits = await DataSession.LoadAsync(call, spec).ConfigureAwait(false);
            var path = call.Parsed.GetValue(sheet)!;
            AtomicFile.Write(path, ContactSheet.Render(splits.Train, SamplesPerClass, spec.Training.Seed));
            call.Log.Result(Text(spec, splits, path), new
            {
                fingerprint = splits.Fingerprint,
                classes = splits.Classes,
                health = splits.Health.ClassCounts,
                duplicates = splits.Health.Duplicates,
                leaks = splits.Health.Leaks,
                conflictingLabels = splits.Health.ConflictingLabels,
                sheet = path,
            });
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Text(MasterfulSpec spec, DatasetSplits splits, string sheet)
    {
        var health = splits.Health;
        var table = new Table().Border(TableBorder.Simple).AddColumn("class");
        var names = health.ClassCounts.Where(s => s.Value.Sum() > 0).ToList();
        names.ForEach(s => table.AddColumn(new TableColumn(s.Key).RightAligned()));
        for (var c = 0; c < splits.Classes.Count; c++)
        {
            table.AddRow([Markup.Escape(OneLine(splits.Classes[c])), .. names.Select(s => $"{(c < s.Value.Count ? s.Value[c] : 0):N0}")]);
        }

        table.AddRow(["total", .. names.Select(s => $"{s.Value.Sum():N0}")]);
        string[] lines =
        [
            $"{OneLine(spec.Dataset.Name)}: {splits.Classes.Count} classes, {splits.Train.Shape} for the model",
            PlainText.Of(table),
            $"duplicates within a split   {health.Duplicates:N0}",
            $"test images also in train   {health.Leaks:N0}",
            $"duplicates, other label     {health.ConflictingLabels:N0}",
            $"sizes on disk               {string.Join(", ", health.Sizes.Take(5).Select(s => $"{s.Size} ({s.Count:N0})"))}{(health.Sizes.Count > 5 ? " …" : "")}",
            $"mean / deviation            {Channels(health.Mean)} / {Channels(health.StandardDeviation)} of 0..255",
            $"samples                     {sheet} (a row a class, in this order)",
        ];
        return string.Join(Environment.NewLine, lines);
    }

    private static string Channels(IReadOnlyList<double> values) => string.Join(", ", values.Select(v => $"{v:0.0}"));

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
