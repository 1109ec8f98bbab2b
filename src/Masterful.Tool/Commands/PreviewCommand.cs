using System.CommandLine;
using Masterful.Core.Spec;
using Masterful.Core.Spec.Folders;
using Masterful.Core.Techniques;
using Masterful.Results;
using Masterful.Tool.Output;

namespace Masterful.Tool.Commands;

/// <summary><c>preview</c>: what the techniques do to the user's own images.</summary>
internal static class PreviewCommand
{
    public static Command Create(CommandBinder bind)
    {
        var sheet = new Option<string>("--sheet")
        {
            Description = "Where to write the sheet.",
            HelpName = "FILE.png",
            DefaultValueFactory = _ => RunFiles.Preview,
        };
        var policy = new Option<string[]>("--policy")
        {
            Description = "Also show a whole policy, e.g. --policy rotate=20 horizontal_mirror=0.5.",
            HelpName = "TECHNIQUE=VALUE",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var command = new Command(
            "preview", "Writes a sheet of your images under each technique at a low, a middle and a high value.") { sheet, policy };
        bind.Bind(command, async call =>
        {
            var spec = call.Options.LoadSpec(call.Host, call.Log);
            var whole = Read(call.Parsed.GetValue(policy)!);
            await TorchSession.StartAsync(call, spec.Model.Assembly, "cpu").ConfigureAwait(false);
            using var splits = await DataSession.LoadAsync(call, spec).ConfigureAwait(false);
            using var line = new ProgressLine(call.Host, call.Log);
            line.Announce("drawing the preview", new { stage = "preview" });
            var preview = PreviewSheet.Render(splits.Train, whole, spec.Policy.Techniques, spec.Training.Seed);
            var path = call.Parsed.GetValue(sheet)!;
            AtomicFile.Write(path, preview.Png);
            var rows = preview.RowNames.Select((name, i) => $"{i + 1,4}  {name}");
            call.Log.Result(
                $"Wrote {path}. Its rows, from the top{(preview.RowsInColumn < preview.RowNames.Count ? $", {preview.RowsInColumn} in a column" : "")}:{Environment.NewLine}{string.Join(Environment.NewLine, rows)}",
                new { sheet = path, rows = preview.RowNames });
            return ExitCode.Ok;
        });
        return command;
    }

    private static Policy? Read(string[] values)
    {
        if (values.Length == 0)
        {
            return null;
        }

        var policy = Policy.None with { Name = "policy" };
        foreach (var text in values)
        {
            var parts = text.Split('=', 2);
            var axis = TechniqueAxis.Find(parts[0]) ?? throw Wrong($"'{parts[0]}' is no technique. There are: {string.Join(", ", TechniqueAxis.All.Select(a => a.Name))}.");
            if (parts.Length < 2 || !double.TryParse(parts[1], out var value) || value < 0 || value > axis.Maximum)
            {
                throw Wrong($"'{text}': {axis.Name} takes a number from 0 to {axis.Maximum}.");
            }

            policy = policy.With(axis.Technique, value);
        }

        return policy;
    }

    private static DiagnosticException Wrong(string message) =>
        new(ToolDiagnostics.CommandLine, message, new SourcePosition("--policy"));
}
