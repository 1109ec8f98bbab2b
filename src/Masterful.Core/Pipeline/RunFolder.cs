using Masterful.Core.Data;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Results;
using Microsoft.Extensions.Logging;

namespace Masterful.Core.Pipeline;

/// <summary>The figures of a report folder. Pages and charts are drawn from them by others.</summary>
internal static class RunFolder
{
    /// <summary>Name of the contact sheet.</summary>
    internal const string SamplesName = Spec.Folders.RunFiles.Samples;

    /// <summary>Name of the folder in a cache that has a folder for each run.</summary>
    internal const string ArchiveName = "runs";

    private const int SamplesPerClass = 10;

    /// <summary>Of the contact sheet, which the report's page holds within itself.</summary>
    private const long SamplePixels = 5_000_000;

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
    /// Writes the contact sheet, <c>result.json</c>, <c>policies.json</c>, the misclassified images, <c>classes.csv</c> and
    /// <c>confusion.csv</c>, each whole; and what the front-end shows of them once more into the cache, where a later run leaves it alone.
    /// </summary>
    /// <exception cref="DiagnosticException">The report's folder can't be written.</exception>
    internal static void Write(MasterfulSpec spec, RunContent content, ILogger logger)
    {
        var folder = spec.Report.Path;
        try
        {
            WriteFigures(folder, content);
            AtomicFile.Write(Path.Combine(folder, ResultTables.ClassesName), ResultTables.ClassesCsv(content.Result));
            AtomicFile.Write(Path.Combine(folder, ResultTables.ConfusionName), ResultTables.ConfusionCsv(content.Result));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(spec, "report.path", folder, e);
        }

        try
        {
            // The place of a file in it: the folder itself may not be a link either.
            var archive = new RootFolder(spec.Runtime.Cache).Place(Path.Combine(ArchiveName, content.Result.Run.Id, ResultFiles.ResultName));
            WriteFigures(Path.GetDirectoryName(archive)!, content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogDebug("The run is not kept for the front-end: {Reason}", Cause.Of(e));
        }
    }

    private static void WriteFigures(string folder, RunContent content)
    {
        if (content.Samples is not null)
        {
            AtomicFile.Write(Path.Combine(folder, SamplesName), content.Samples);
        }

        if (content.Misclassified is var (misclassified, sheet))
        {
            ResultFiles.Write(Path.Combine(folder, MisclassifiedFile.Name), misclassified, ResultFiles.Compact);
            if (sheet is not null)
            {
                AtomicFile.Write(Path.Combine(folder, MisclassifiedFile.SheetName), sheet);
            }
        }

        ResultFiles.Write(Path.Combine(folder, ResultFiles.PoliciesName), content.Policies);
        ResultFiles.Write(Path.Combine(folder, ResultFiles.ResultName), content.Result);
    }

    /// <summary>The contact sheet of training images as a PNG, or why there is none: a picture is not worth the trainings of a run.</summary>
    internal static (byte[]? Png, string? Problem) DrawSamples(ImageDataset train, long seed, ILogger logger)
    {
        try
        {
            return (ContactSheet.Draw(train, SamplesPerClass, seed, SamplePixels).Png, null);
        }
#pragma warning disable CA1031 // Whatever went wrong with the picture, the figures are right.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.LogWarning("The contact sheet can't be drawn: {Reason}", Cause.Of(e));
            return (null, Cause.Of(e));
        }
    }

    private static DiagnosticException NotWritable(MasterfulSpec spec, string key, string folder, Exception e) => new(
        RuntimeDiagnostics.FolderNotWritable,
        $"'{folder}' can't be written: {Cause.Of(e).TrimEnd('.')}. Nothing that was trained is lost: the next run goes on from the journal.",
        spec.PositionOf(key));
}

/// <summary>What a run writes for people and programs to look at.</summary>
/// <param name="Result">The content of <c>result.json</c>.</param>
/// <param name="Policies">The content of <c>policies.json</c>.</param>
/// <param name="Samples">The contact sheet, or null.</param>
/// <param name="Misclassified">The misclassified images and their picture, or null when nothing was evaluated.</param>
internal sealed record RunContent(RunResult Result, PoliciesFile Policies, byte[]? Samples, (MisclassifiedFile File, byte[]? Sheet)? Misclassified);
