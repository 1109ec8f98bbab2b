using System.Text.Json;
using Masterful.Core.Models;
using Masterful.Results;
using Masterful.Tool.Output;

namespace Masterful.Tool;

/// <summary>How predictions are written, a line an image.</summary>
/// <param name="Header">The first line, or null.</param>
/// <param name="LineEnd">What ends a line in a file.</param>
/// <param name="Line">The line of an image; null where it has none.</param>
internal sealed record PredictionForm(string? Header, string LineEnd, Func<ImagePrediction, string?> Line)
{
    /// <summary>text, csv or jsonl.</summary>
    public static PredictionForm Of(string format, IReadOnlyList<string> classes) => format switch
    {
        "csv" => new PredictionForm(PredictionTable.Header(classes), "\r\n", image => Row(image, classes.Count)),
        "jsonl" => new PredictionForm(null, "\n", image => JsonSerializer.Serialize(Data(image, classes), ResultFiles.Compact)),
        _ => new PredictionForm(null, Environment.NewLine, Text),
    };

    /// <summary>What programs are told of an image: probabilities by the names of the classes, in their order.</summary>
    public static object Data(ImagePrediction image, IReadOnlyList<string> classes) => image.Prediction is { } prediction
        ? new
        {
            image = image.Path,
            label = prediction.Label,
            confidence = prediction.Confidence,
            probabilities = classes.Zip(prediction.Probabilities).ToDictionary(p => p.First, p => p.Second),
        }
        : new { image = image.Path, error = image.Problem!.Message };

    /// <summary>A sentence; what can't be read has none.</summary>
    public static string? Text(ImagePrediction image) => image.Prediction is { } prediction
        ? PlainText.OneLine($"{image.Path}: {prediction.Label} ({prediction.Confidence:0.0%})")
        : null;

    private static string Row(ImagePrediction image, int classes) => image.Prediction is { } prediction
        ? PredictionTable.Row(image.Path, prediction.Label, prediction.Confidence, prediction.Probabilities)
        : PredictionTable.FailedRow(image.Path, image.Problem!.Message, classes);
}
