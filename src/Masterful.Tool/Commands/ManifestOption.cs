using System.CommandLine;
using Masterful.Core.Models;
using Masterful.Core.Pipeline;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Tool.Commands;

/// <summary>
/// <c>--manifest</c>: what a run depends on besides its command line, a full path a line, for build systems. A run is due when one of the files
/// is gone or newer than the end of the last run, or when a folder (a line that ends in a separator) has a file that is not listed.
/// </summary>
internal static class ManifestOption
{
    public static Option<string?> Symbol { get; } = new("--manifest")
    {
        Description = "Write the paths of the data that was read and the results that were written to this file, one a line, for build systems.",
        HelpName = "FILE",
    };

    /// <summary>Writes the file where one is asked for.</summary>
    public static void Write(CommandCall call, MasterfulSpec spec, PipelineOutcome outcome)
    {
        if (!call.Parsed.CommandResult.Command.Options.Contains(Symbol) || call.Parsed.GetValue(Symbol) is not { } path)
        {
            return;
        }

        IEnumerable<string?> rest = [spec.Model.TorchScript, PolicyLock.PathFor(spec), Path.Combine(spec.Output.Path, ModelFile.Name)];
        IEnumerable<string> lines =
            [.. outcome.DataFiles, Path.Combine(outcome.ReportFolder, ResultFiles.ResultName), .. rest.OfType<string>().Where(File.Exists)];
        AtomicFile.Write(Path.GetFullPath(path), string.Join('\n', lines) + '\n');
    }
}
