using System.CommandLine;
using System.CommandLine.Parsing;
using Masterful.Core.Models;
using Masterful.Core.Spec;
using Masterful.Results;
using Masterful.Tool.Output;

namespace Masterful.Tool.Commands;

/// <summary><c>predict</c>: the trained model on images.</summary>
internal static class PredictCommand
{
    private static readonly Argument<string[]> Images = new("image")
    {
        Description = "Image files (PNG, JPEG, BMP, WebP or GIF of any size); folders, with all below them; patterns in quotes, such as 'photos/**/*.jpg'; "
            + "or - for a list of those on standard input, one a line.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> Model = new("--model", "-m")
    {
        Description = "The folder of the trained model; by default the spec's output.path.",
        HelpName = "DIR",
    };

    private static readonly Option<string?> Format = new("--format", "-f")
    {
        Description = "text: a sentence an image. csv: a table with a column for the probability of each class. jsonl: a JSON object a line, probabilities by class name. "
            + "[default: what --to ends in, or text]",
        HelpName = "text|csv|jsonl",
    };

    private static readonly Option<string?> To = new("--to")
    {
        Description = "Write the predictions to this file instead of standard output: whole at the end, or not at all.",
        HelpName = "FILE",
    };

    public static Command Create(CommandBinder bind)
    {
        Format.AcceptOnlyFromAmong("text", "csv", "jsonl");
        var command = new Command(
            "predict",
            """
            Classifies images with the trained model, in the order in which they are given.
            Files that can't be read are named on standard error and have a line with the reason in a table; all others are classified,
            and the exit code is then 3.

              dotnet masterful predict photo.png
              dotnet masterful predict photos --to predictions.csv
              dotnet masterful predict 'photos/2026-*/*.jpg' --format jsonl | jq .label
              find photos -newer last-run -name '*.png' | dotnet masterful predict - --format csv
            """)
        {
            Images, Model, Format, To,
        };
        command.Validators.Add(Check);
        bind.Bind(command, PredictAsync);
        return command;
    }

    private static void Check(CommandResult result)
    {
        if (result.GetResult(Format)?.Errors.Any() == true || result.GetValue(To) is not { } file)
        {
            return;
        }

        if (Directory.Exists(file))
        {
            result.AddError($"--to {file} is a folder; name a file in it.");
        }
        else if (FormatOf(result.GetValue(Format), file) is null)
        {
            result.AddError($"--to {file} says no format: end it in .csv, .jsonl or .txt, or give --format.");
        }
    }

    private static string? FormatOf(string? format, string? file) => format ?? (file is null ? "text" : Path.GetExtension(file).ToLowerInvariant() switch
    {
        ".csv" => "csv",
        ".jsonl" or ".ndjson" => "jsonl",
        ".txt" => "text",
        _ => null,
    });

    private static async Task<int> PredictAsync(CommandCall call)
    {
        var file = call.Parsed.GetValue(To);
        var format = FormatOf(call.Parsed.GetValue(Format), file)!;
        if (file is null && format != "text" && call.Log.Format != LogFormat.Text)
        {
            throw new DiagnosticException(
                ToolDiagnostics.CommandLine, $"--format {format} and --log-format {call.Log.Format.ToString().ToLowerInvariant()} both want standard output: give the predictions a file with --to.");
        }

        var (folder, assembly) = call.Parsed.GetValue(Model) is { } given ? (given, null) : Output(call);
        var device = call.Options.Device ?? "cpu";
        await TorchSession.StartAsync(call, assembly, device).ConfigureAwait(false);
        using var model = MasterfulModel.Load(folder, device);
        var run = new PredictionRun(call, model, PredictionForm.Of(format, model.Classes));
        if (file is null)
        {
            run.ToOutput(call.Parsed.GetValue(Images)!);
        }
        else
        {
            AtomicFile.Write(file, stream => run.ToFile(call.Parsed.GetValue(Images)!, stream));
        }

        return run.Tell(file);
    }

    private static (string Folder, string? Assembly) Output(CommandCall call)
    {
        var spec = call.Options.LoadSpec(call.Host, call.Log);
        return (spec.Output.Path, spec.Model.Assembly);
    }
}
