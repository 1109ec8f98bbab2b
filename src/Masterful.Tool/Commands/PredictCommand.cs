using System.CommandLine;
using Masterful.Core.Models;

namespace Masterful.Tool.Commands;

/// <summary><c>predict</c>: the trained model on images.</summary>
internal static class PredictCommand
{
    public static Command Create(CommandBinder bind)
    {
        var images = new Argument<string[]>("image")
        {
            Description = "Image files: PNG, JPEG, BMP, WebP or GIF of any size.",
            Arity = ArgumentArity.OneOrMore,
        };
        var model = new Option<string?>("--model", "-m")
        {
            Description = "The folder of the trained model; by default the spec's output.path.",
            HelpName = "DIR",
        };
        var command = new Command("predict", "Classifies images with the trained model: class and confidence, or JSON with --log-format json.") { images, model };
        bind.Bind(command, async call =>
        {
            var (folder, assembly) = call.Parsed.GetValue(model) is { } given
                ? (given, null)
                : Output(call);
            var device = call.Options.Device ?? "cpu";
            await TorchSession.StartAsync(call, assembly, device).ConfigureAwait(false);
            using var loaded = MasterfulModel.Load(folder, device);
            var paths = call.Parsed.GetValue(images)!;
            var predictions = loaded.Predict(paths);
            for (var i = 0; i < paths.Length; i++)
            {
                var prediction = predictions[i];
                call.Log.Result(
                    $"{paths[i]}: {prediction.Label} ({prediction.Confidence:0.0%})",
                    new { image = paths[i], prediction.Label, prediction.Confidence, prediction.Probabilities });
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static (string Folder, string? Assembly) Output(CommandCall call)
    {
        var spec = call.Options.LoadSpec(call.Host, call.Log);
        return (spec.Output.Path, spec.Model.Assembly);
    }
}
