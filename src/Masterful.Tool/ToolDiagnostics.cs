using Masterful.Core.Spec;

namespace Masterful.Tool;

/// <summary>What can be wrong with the command line or around it.</summary>
internal static class ToolDiagnostics
{
    public static readonly DiagnosticCode CommandLine = new(
        "MST0901", "the command line is not understood", "Run `dotnet masterful --help`, or a command with --help.");

    public static readonly DiagnosticCode Unexpected = new(
        "MST0902", "something unexpected went wrong", "Run again with --verbosity diagnostic; what was earned is in the journal.");

    public static readonly DiagnosticCode FileTrouble = new(
        "MST0903", "a file or folder can't be read or written", "Free space or change permissions, then run the same command again.");

    public static readonly DiagnosticCode NoResult = new(
        "MST0904", "there is no result to read", "Run `dotnet masterful run` first, or name the folder of a report.");

    public static readonly DiagnosticCode NoTelemetry = new(
        "MST0905", "telemetry is not sent", "Set it to a collector's address, e.g. http://localhost:4317, or unset it.");

    public static readonly DiagnosticCode NoImages = new(
        "MST0149", "there is no image to classify", "Name image files, folders or patterns such as 'photos/*.jpg', or - for a list of them on standard input.");

    public static readonly DiagnosticCode StepFileTrouble = new(
        "MST0911", "what the workflow's later steps read can't be written", "Look at the variable's file; the result itself is in the report folder and the gate has spoken.");

    public static readonly DiagnosticCode GitHubTrouble = new(
        "MST0910", "GitHub can't be told", "Give the job a GITHUB_TOKEN that may write to pull requests; for forks, comment from a workflow_run workflow.");
}
