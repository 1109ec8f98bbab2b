using Masterful.Core.Data;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Pipeline;

/// <summary>The figures of a report folder. Pages and charts are drawn from them by others.</summary>
internal static class RunFolder
{
    /// <summary>Name of the contact sheet.</summary>
    internal const string SamplesName = "samples.png";

    private const int SamplesPerClass = 10;

    /// <summary>Makes sure, before hours of training, that what they are for can be written.</summary>
    /// <exception cref="DiagnosticException">The folder can't be made or written; at the key that names it.</exception>
    internal static void Prepare(MasterfulSpec spec, string key, string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(spec, key, folder, e);
        }
    }

    /// <summary>
    /// Writes the contact sheet, <c>result.json</c>, <c>policies.json</c>, <c>classes.csv</c> and <c>confusion.csv</c>, each whole.
    /// </summary>
    /// <exception cref="DiagnosticException">The folder can't be written.</exception>
    internal static void Write(MasterfulSpec spec, RunResult result, PoliciesFile policies, byte[]? samples)
    {
        var folder = spec.Report.Path;
        try
        {
            if (samples is not null)
            {
                AtomicFile.Write(Path.Combine(folder, SamplesName), samples);
            }

            ResultFiles.Write(Path.Combine(folder, ResultFiles.ResultName), result);
            ResultFiles.Write(Path.Combine(folder, ResultFiles.PoliciesName), policies);
            AtomicFile.Write(Path.Combine(folder, ResultTables.ClassesName), ResultTables.ClassesCsv(result));
            AtomicFile.Write(Path.Combine(folder, ResultTables.ConfusionName), ResultTables.ConfusionCsv(result));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(spec, "report.path", folder, e);
        }
    }

    /// <summary>The contact sheet of training images as a PNG, or null when the classes are too many for one sheet.</summary>
    internal static byte[]? RenderSamples(ImageDataset train, long seed)
    {
        try
        {
            return ContactSheet.Render(train, SamplesPerClass, seed);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static DiagnosticException NotWritable(MasterfulSpec spec, string key, string folder, Exception e) => new(
        RuntimeDiagnostics.FolderNotWritable,
        $"'{folder}' can't be written: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}. Nothing that was trained is lost: the next run goes on from the journal.",
        spec.PositionOf(key));
}
