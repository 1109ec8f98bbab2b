using System.CommandLine;
using System.CommandLine.Parsing;
using Masterful.Core.Data;
using Masterful.Core.Imaging;
using Masterful.Core.Spec;
using Masterful.Core.Spec.Folders;
using Masterful.Tool.Output;
using Spectre.Console;

namespace Masterful.Tool.Commands;

/// <summary><c>data</c>: health of the data and a contact sheet, before anything is trained.</summary>
internal static class DataCommand
{
    private const int SamplesPerClass = 12;
    private const int MostFolds = 20;

    public static Command Create(CommandBinder bind)
    {
        var sheet = new Option<string?>("--sheet")
        {
            Description = "Where to write the contact sheet: a row a class. [default: masterful-data.png, with --labels masterful-labels.png]",
            HelpName = "FILE.png",
        };
        var labels = new Option<bool>("--labels")
        {
            Description = "Find images of train and validation whose label is likely wrong. Trains the spec's model once a fold, with the locked policy "
                + "where masterful.lock.yaml holds, and lets each model judge the images that it has not seen (confident learning). Writes "
                + "masterful-labels.csv, the surest first, and a sheet of the surest. What was trained is kept: stopped, the same command goes on.",
        };
        var folds = new Option<int>("--folds")
        {
            Description = "With --labels: parts of the data, each judged by a model of the others. More take longer and judge a little better.",
            HelpName = "N",
            DefaultValueFactory = _ => 4,
        };
        var command = new Command("data", "Reads and checks the data: counts, duplicates, leaks, sizes; writes a contact sheet to look at. With --labels: finds wrong labels.")
        {
            sheet, labels, folds,
        };
        command.Validators.Add(result => Check(result, labels, folds));
        bind.Bind(command, async call =>
        {
            var spec = call.Options.LoadSpec(call.Host, call.Log);
            var path = call.Parsed.GetValue(sheet);
            if (call.Parsed.GetValue(labels))
            {
                return await LabelReport.WriteAsync(call, spec, call.Parsed.GetValue(folds), path).ConfigureAwait(false);
            }

            return await WriteHealthAsync(call, spec, path ?? RunFiles.Sheet).ConfigureAwait(false);
        });
        return command;
    }

    private static void Check(CommandResult result, Option<bool> labels, Option<int> folds)
    {
        if (result.GetResult(folds) is not { Implicit: false, Errors: var errors } || errors.Any())
        {
            return;
        }

        if (!result.GetValue(labels))
        {
            result.AddError("--folds belongs to --labels.");
        }
        else if (result.GetValue(folds) is < 2 or > MostFolds)
        {
            result.AddError($"--folds takes a number from 2 to {MostFolds}.");
        }
    }

    private static async Task<int> WriteHealthAsync(CommandCall call, MasterfulSpec spec, string path)
    {
        using var splits = await DataSession.LoadAsync(call, spec).ConfigureAwait(false);
        var rows = 0;
        var problem = PictureFile.Write(path, () =>
        {
            var sheet = ContactSheet.Draw(splits.Train, SamplesPerClass, spec.Training.Seed);
            rows = sheet.RowsInColumn;
            return sheet.Png;
        });
        var samples = problem is not null ? "none: see below"
            : $"{path} (a row a class, in this order{(rows < splits.Classes.Count ? $"; {rows} in a column, then on beside it" : "")})";
        call.Log.Result(Text(spec, splits, samples), new
        {
            fingerprint = splits.Fingerprint,
            classes = splits.Classes,
            health = splits.Health.ClassCounts,
            counts = Named(splits).ToDictionary(s => s.Name, s => s.Images.Count),
            withoutLabel = splits.Health.WithoutLabel,
            duplicates = splits.Health.Duplicates,
            leaks = splits.Health.Leaks,
            conflictingLabels = splits.Health.ConflictingLabels,
            unreadable = splits.Health.UnreadableFiles,
            transparent = splits.Health.Transparent,
            background = splits.Health.Background.ToString().ToLowerInvariant(),
            constant = splits.Health.Constant,
            withoutEnd = splits.Health.WithoutEnd,
            sheet = problem is null ? path : null,
        });
        return PictureFile.Tell(call.Log, problem);
    }

    private static string Text(MasterfulSpec spec, DatasetSplits splits, string samples)
    {
        var health = splits.Health;
        var table = new Table().Border(TableBorder.Simple).AddColumn("class");
        var named = Named(splits).ToList();
        named.ForEach(s => table.AddColumn(new TableColumn(s.Name).RightAligned()));
        for (var c = 0; c < splits.Classes.Count; c++)
        {
            table.AddRow([Markup.Escape(PlainText.OneLine(splits.Classes[c])), .. named.Select(s => $"{(c < s.Counts.Count ? s.Counts[c] : 0):N0}")]);
        }

        if (named.Exists(s => s.Images.Count > s.Counts.Sum()))
        {
            table.AddRow(["no label", .. named.Select(s => $"{s.Images.Count - s.Counts.Sum():N0}")]);
        }

        table.AddRow(["total", .. named.Select(s => $"{s.Images.Count:N0}")]);
        string[] lines =
        [
            $"{PlainText.OneLine(spec.Dataset.Name)}: {splits.Classes.Count} classes, {splits.Train.Shape} for the model",
            PlainText.Of(table),
            .. health.WithoutLabel == 0 ? [] : new[] { $"train without a label       {health.WithoutLabel:N0}, which count as unlabeled" },
            $"duplicates within a split   {health.Duplicates:N0}",
            $"test images also in train   {health.Leaks:N0}",
            $"duplicates, other label     {health.ConflictingLabels:N0}",
            .. health.Transparent == 0 ? [] : (string[])[$"images with transparency    {health.Transparent:N0} ({(health.Background == Background.None ? "dropped" : $"put on {health.Background.ToString().ToLowerInvariant()}")})"],
            .. health.Constant == 0 ? [] : (string[])[$"images of a single colour   {health.Constant:N0}"],
            .. health.WithoutEnd == 0 ? [] : (string[])[$"files without their end     {health.WithoutEnd:N0} (all pixels there)"],
            .. health.Unreadable == 0 ? [] : (string[])[$"left out, unreadable        {health.Unreadable:N0}"],
            .. health.UnreadableFiles.Select(f => $"  {f.Split}: {PlainText.OneLine(f.File)}: {f.Reason}"),
            $"sizes on disk               {string.Join(", ", health.Sizes.Take(5).Select(s => $"{s.Size} ({s.Count:N0})"))}{(health.Sizes.Count > 5 ? " …" : "")}",
            $"mean / deviation            {Channels(health.Mean)} / {Channels(health.StandardDeviation)} of 0..255",
            $"samples                     {samples}",
        ];
        return string.Join(Environment.NewLine, lines);
    }

    /// <summary>The splits that have images, with those of each class.</summary>
    private static IEnumerable<(string Name, ImageDataset Images, IReadOnlyList<int> Counts)> Named(DatasetSplits splits) =>
        new[] { ("train", splits.Train), ("select", splits.Select), ("test", splits.Test), ("unlabeled", splits.Unlabeled), ("synthetic", splits.Synthetic) }
            .Where(s => s.Item2 is { Count: > 0 }).Select(s => (s.Item1, s.Item2!, splits.Health.ClassCounts.GetValueOrDefault(s.Item1) ?? []));

    private static string Channels(IReadOnlyList<double> values) => string.Join(", ", values.Select(v => $"{v:0.0}"));
}
