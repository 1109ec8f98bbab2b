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
            var keeps = File.Exists(path) && !call.Parsed.GetValue(force);
            SpecProposal proposal;
            try
            {
                proposal = SpecInitializer.Describe(Path.GetFullPath(call.Parsed.GetValue(folder)!));
            }
            catch (DiagnosticException) when (keeps)
            {
                throw IsThere(call.Options.SpecPath);
            }

            foreach (var warning in proposal.Warnings)
            {
                call.Log.Diagnostic(warning);
            }

            var text = SpecInitializer.Yaml(proposal, Path.GetDirectoryName(path)!);
            if (keeps)
            {
                if (File.ReadAllText(path) != text)
                {
                    throw IsThere(call.Options.SpecPath);
                }

                call.Log.Result($"{call.Options.SpecPath} is as init writes it for this data already. Next: dotnet masterful run", new { spec = path, proposal });
                return Task.FromResult(ExitCode.Ok);
            }

            AtomicFile.Write(path, text);
            call.Log.Result($"Wrote {call.Options.SpecPath}. Look it over, then: dotnet masterful run", new { spec = path, proposal });
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static DiagnosticException IsThere(string spec) => new(
        ToolDiagnostics.FileTrouble, $"{spec} exists already and says something else than init would; --force overwrites it.", new SourcePosition(spec));
}
