using System.CommandLine;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Tool.Commands;

/// <summary><c>init</c>: looks at a folder of images and writes a spec for it.</summary>
internal static class InitCommand
{
    public static Command Create(CommandBinder bind)
    {
        var folder = new Argument<string>("folder")
        {
            Description = "Where the data is.",
            DefaultValueFactory = _ => ".",
        };
        var force = new Option<bool>("--force") { Description = "Overwrite an existing spec." };
        var command = new Command(
            "init", "Looks at a folder, guesses the format and the splits, and writes a commented spec that validates.") { folder, force };
        bind.Bind(command, call =>
        {
            var path = Path.GetFullPath(call.Options.SpecPath);
            if (File.Exists(path) && !call.Parsed.GetValue(force))
            {
                throw new DiagnosticException(
                    ToolDiagnostics.FileTrouble, $"{call.Options.SpecPath} exists already; --force overwrites it.", new SourcePosition(call.Options.SpecPath));
            }

            var proposal = SpecInitializer.Describe(Path.GetFullPath(call.Parsed.GetValue(folder)!));
            AtomicFile.Write(path, SpecInitializer.Yaml(proposal, Path.GetDirectoryName(path)!));
            call.Log.Result(
                $"Wrote {call.Options.SpecPath}. Look it over, then: dotnet masterful run", new { spec = path, proposal });
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }
}
