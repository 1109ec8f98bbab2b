using System.CommandLine;
using Masterful.Core.Spec;
using Masterful.Reporting;
using Masterful.Results;

namespace Masterful.Tool.Commands;

/// <summary><c>report</c>: the report again, from a result that is there.</summary>
internal static class ReportCommand
{
    public static Command Create(CommandBinder bind)
    {
        var folder = new Argument<string?>("folder")
        {
            Description = "A report folder with result.json and policies.json; by default the spec's report.path.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("report", "Writes report.md, report.html and the charts again from a result.json; or, with --github, what a pull request shows.") { folder };
        var gitHub = new GitHubReport();
        gitHub.AddTo(command);
        bind.Bind(command, async call =>
        {
            var path = call.Parsed.GetValue(folder) ?? call.Options.LoadSpec(call.Host, call.Log).Report.Path;
            var result = ResultFolder.Read(path);
            if (gitHub.IsAskedFor(call.Parsed))
            {
                return await gitHub.WriteAsync(call, path, result).ConfigureAwait(false);
            }

            var files = ReportWriter.Write(path, new ReportOptions());
            call.Log.Result($"Wrote {files.Count} files to {path}.", new { folder = path, files });
            return ExitCode.Ok;
        });
        return command;
    }
}

/// <summary>The result of an earlier run, with a message for people when there is none.</summary>
internal static class ResultFolder
{
    /// <summary>Reads <c>result.json</c> of a report folder.</summary>
    /// <exception cref="DiagnosticException">There is none, or it is not one.</exception>
    public static RunResult Read(string folder) => ReadFile(Path.Combine(folder, ResultFiles.ResultName));

    /// <summary>Reads a <c>result.json</c> by its own path.</summary>
    /// <exception cref="DiagnosticException">There is none, or it is not one.</exception>
    public static RunResult ReadFile(string path)
    {
        try
        {
            return ResultFiles.Read<RunResult>(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DiagnosticException(ToolDiagnostics.NoResult, $"There is no {path}. {ToolDiagnostics.NoResult.Remedy}");
        }
        catch (InvalidDataException e)
        {
            throw new DiagnosticException(ToolDiagnostics.NoResult, Cause.Of(e), new SourcePosition(path));
        }
    }
}
