using System.CommandLine;
using Masterful.Core.Data;
using Masterful.Core.Evaluation;
using Masterful.Core.Models;
using Masterful.Results;
using Masterful.Tool.Output;
using Spectre.Console;

namespace Masterful.Tool.Commands;

/// <summary><c>evaluate</c>: a trained model on the evaluation split.</summary>
internal static class EvaluateCommand
{
    public static Command Create(CommandBinder bind)
    {
        var folder = new Option<string?>("--model", "-m")
        {
            Description = "The folder of the trained model; by default the spec's output.path.",
            HelpName = "DIR",
        };
        var command = new Command(
            "evaluate", "Error, recall and precision of a trained model on the evaluation split, with intervals.") { folder };
        bind.Bind(command, async call =>
        {
            var spec = call.Options.LoadSpec(call.Host, call.Log);
            var device = await TorchSession.StartAsync(call, spec.Model.Assembly, spec.Runtime.Device).ConfigureAwait(false);
            using var splits = await DataSession.LoadAsync(call, spec).ConfigureAwait(false);
            using var model = MasterfulModel.Load(call.Parsed.GetValue(folder) ?? spec.Output.Path, device.ToString());
            var onTest = spec.Evaluation.Split == "test";
            using var data = new ResidentDataset(onTest ? splits.Test : splits.Select, device);
            var predictions = Predict(call, model, data, spec.Evaluation.Split);
            var metrics = ClassificationMetrics.Of(predictions);
            var error = WilsonInterval.Of(metrics.ErrorRate * predictions.Count, predictions.Count, spec.Evaluation.Confidence);
            call.Log.Result(
                Text(spec.Evaluation.Split, splits.Classes, predictions, metrics, error),
                new { split = spec.Evaluation.Split, images = predictions.Count, metrics.ErrorRate, low = error.Low, high = error.High, metrics.Recall, metrics.Precision });
            return ExitCode.Ok;
        });
        return command;
    }

    private static Predictions Predict(CommandCall call, MasterfulModel model, ResidentDataset data, string split)
    {
        using var line = new ProgressLine(call.Host, call.Log);
        void Tell(long done) => line.Tell($"evaluating {split}: {done:N0} of {data.Count:N0} images", new { stage = "evaluate", split, done, total = data.Count });
        line.Announce($"evaluating {data.Count:N0} {split} images", new { stage = "evaluate", split, done = 0, total = data.Count });
        return Predictor.Predict(model.Classifier, data, call.Cancellation, Tell);
    }

    private static string Text(
        string split, IReadOnlyList<string> classes, Predictions predictions, ClassificationMetrics metrics, Interval error)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("class")
            .AddColumn(new TableColumn("images").RightAligned())
            .AddColumn(new TableColumn("recall").RightAligned())
            .AddColumn(new TableColumn("precision").RightAligned());
        for (var c = 0; c < classes.Count; c++)
        {
            table.AddRow(Markup.Escape(classes[c]), Figures.Count(metrics.Support[c]), Figures.Percent(metrics.Recall[c], 1), Figures.Percent(metrics.Precision[c], 1));
        }

        return $"{PlainText.Of(table)}{Environment.NewLine}error rate {Figures.Percent(metrics.ErrorRate)} ({Figures.Percent(error.Low)} to {Figures.Percent(error.High)}) on {Figures.Count(predictions.Count)} {split} images";
    }
}
