using System.Security.Cryptography;
using System.Text;

namespace Masterful.Core.Runtime;

/// <summary>
/// What a file was, in one word that differs when the file does: the operating system's stamp where that proves the content, the content's
/// hash where nothing else can tell. Of a folder (a path that ends in a separator) it is what is in it, by names.
/// </summary>
public static class FileProof
{
    private const string Absent = "absent";
    private const string Content = "sha256:";
    private const string Names = "names:";

    /// <summary>The proof of a file or a folder as it is.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="now">The time, or an earlier one.</param>
    /// <param name="isCounted">Whether something in a folder counts; by default all does.</param>
    /// <exception cref="IOException">A file whose content must tell can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static string Of(string path, DateTimeOffset now, Func<string, bool>? isCounted = null)
    {
        if (Path.EndsInDirectorySeparator(path))
        {
            return OfFolder(path, isCounted);
        }

        var stamp = FileStamp.Of(path);
        return !File.Exists(path) ? Absent : stamp.Proves(path, now) ? stamp.Text : OfContent(path);
    }

    /// <summary>The stamp of a file that this process has just written, whoever else may have in the same tick of the clock.</summary>
    public static string OfOwn(string path) =>
        !File.Exists(path) ? Absent : FileStamp.Of(path) is { Number: not 0, Changed: not 0 } stamp ? stamp.Text : OfContent(path);

    /// <summary>Whether a file or a folder is still what it was. Never throws: what can't be looked at is not.</summary>
    public static bool Holds(string path, string proof, Func<string, bool>? isCounted = null)
    {
        try
        {
            return proof == (
                Path.EndsInDirectorySeparator(path) ? OfFolder(path, isCounted)
                : !File.Exists(path) ? Absent
                : proof.StartsWith(Content, StringComparison.Ordinal) ? OfContent(path)
                : FileStamp.Of(path).Text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string OfContent(string path)
    {
        using var file = File.OpenRead(path);
        return Content + Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static string OfFolder(string path, Func<string, bool>? isCounted)
    {
        if (!Directory.Exists(path))
        {
            return Absent;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var names = Directory.EnumerateFileSystemEntries(path, "*", SearchOption.AllDirectories).Where(isCounted ?? (_ => true));
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name + '\n'));
        }

        return Names + Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
