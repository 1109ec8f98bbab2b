using System.Text;
using Masterful.Core.Models;
using Masterful.Core.Spec;
using Masterful.Tool.Output;
using Microsoft.Extensions.Logging;

namespace Masterful.Tool;

/// <summary>Classifies what a command line names, a batch after the other, and says what came of it.</summary>
internal sealed class PredictionRun(CommandCall call, MasterfulModel model, PredictionForm form)
{
    /// <summary>What ends before is told by its result alone.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    private int _classified;
    private int _failed;
    private int _passedOver;

    /// <summary>Writes to standard output as the images are classified.</summary>
    public void ToOutput(IReadOnlyList<string> arguments)
    {
        var asEvents = call.Log.Format == LogFormat.Json;
        if (form.Header is { } header)
        {
            call.Log.Row(header);
        }

        foreach (var image in Each(arguments))
        {
            if (asEvents && image.Prediction is not null)
            {
                call.Log.Event("result", PredictionForm.Data(image, model.Classes));
            }
            else if (!asEvents && form.Line(image) is { } line)
            {
                call.Log.Row(call.Log.Format == LogFormat.GitHub ? GitHubAnnotation.Plain(line) : line);
            }
        }
    }

    /// <summary>Writes to a file.</summary>
    public void ToFile(IReadOnlyList<string> arguments, Stream file)
    {
        using var writer = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = form.LineEnd };
        foreach (var line in Each(arguments).Select(form.Line).Prepend(form.Header).OfType<string>())
        {
            writer.WriteLine(line);
        }
    }

    /// <summary>Says what came of it.</summary>
    /// <param name="file">Where the predictions are, or null for standard output.</param>
    /// <returns>The exit code.</returns>
    public int Tell(string? file)
    {
        if (_passedOver > 0)
        {
            call.Log.Info($"{_passedOver:N0} files were passed over: by their names they are no images.");
        }

        if (file is not null)
        {
            call.Log.Info($"Wrote {_classified:N0} predictions to {file}.");
            call.Log.Event("result", new { file, classified = _classified, failed = _failed });
        }

        if (_failed == 0 && _classified > 0)
        {
            return ExitCode.Ok;
        }

        if (_failed > 0)
        {
            call.Log.LogWarning("{Failed:N0} of {All:N0} could not be classified; they are named above.", _failed, _failed + _classified);
        }
        else
        {
            call.Log.Diagnostic(new Diagnostic(ToolDiagnostics.NoImages, DiagnosticSeverity.Error, $"There is no image to classify. {ToolDiagnostics.NoImages.Remedy}"));
        }

        return ExitCode.InputWrong;
    }

    private IEnumerable<ImagePrediction> Each(IReadOnlyList<string> arguments)
    {
        using var progress = new ProgressLine(call.Host, call.Log);
        var start = call.Host.Clock.GetTimestamp();
        var inputs = new ImageInputs(call.Host.Input, Fail);
        foreach (var image in model.PredictEach(inputs.Files(arguments), call.Cancellation))
        {
            if (image.Problem is { } problem)
            {
                Fail(problem);
            }
            else
            {
                _classified++;
            }

            if (call.Host.Clock.GetElapsedTime(start) is var time && time >= Soon)
            {
                progress.Tell(
                    $"classifying · {_classified:N0} images{(_failed == 0 ? "" : $", {_failed:N0} unreadable")}, {_classified / time.TotalSeconds:0.#} a second",
                    new { classified = _classified, failed = _failed });
            }

            yield return image;
        }

        _passedOver = inputs.PassedOver;
    }

    private void Fail(Diagnostic problem)
    {
        _failed++;
        call.Log.Diagnostic(problem);
    }
}
