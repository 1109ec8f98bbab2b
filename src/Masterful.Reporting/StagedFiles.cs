using Masterful.Results;

namespace Masterful.Reporting;

/// <summary>Several files that appear together: each is stored whole beside its place first, and only then do all take their places.</summary>
internal static class StagedFiles
{
    /// <exception cref="IOException">One of them can't be stored; none has taken its place.</exception>
    public static void Write(string folder, IReadOnlyList<(string Path, byte[] Bytes)> files)
    {
        var staging = Path.Combine(folder, $".report-{Environment.ProcessId:x}-{Guid.NewGuid():N}");
        try
        {
            foreach (var (path, bytes) in files)
            {
                Store(Path.Combine(staging, path), bytes);
            }

            foreach (var (path, _) in files)
            {
                var target = Path.Combine(folder, path);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Move(Path.Combine(staging, path), target, overwrite: true);
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{folder} can't be written: {Cause.Of(e)}", e);
        }
        finally
        {
            if (Directory.Exists(staging))
            {
                Directory.Delete(staging, recursive: true);
            }
        }
    }

    private static void Store(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        stream.Write(bytes);
        stream.Flush(flushToDisk: true);
    }
}
