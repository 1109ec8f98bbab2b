using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Pipeline;

/// <summary>What a run that was killed while it wrote a file has left beside it.</summary>
internal static class Leftovers
{
    private static readonly string[] CacheFolders = [".", "data", "weights", "checkpoints", "searches"];

    /// <summary>Removes it from every folder that a run of a spec writes to; what another process is writing stays. Never fails.</summary>
    public static void Remove(MasterfulSpec spec)
    {
        var cache = spec.Runtime.Cache;
        string[] folders = [spec.Directory, spec.Report.Path, spec.Output.Path, .. CacheFolders.Select(f => Path.GetFullPath(f, cache)), .. Archives(cache)];
        foreach (var folder in folders)
        {
            StagedFile.RemoveLeftovers(folder);
        }
    }

    private static string[] Archives(string cache)
    {
        var runs = Path.Combine(cache, RunFolder.ArchiveName);
        try
        {
            return FileFacts.Of(runs) is { Kind: FileKind.Folder } ? Directory.GetDirectories(runs) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
