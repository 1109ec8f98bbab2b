using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Runtime;

/// <summary>
/// A folder that code is loaded from: this user's own or root's, no link, and nobody else can put anything there, neither in it nor by
/// replacing a folder above it. Looked at on every start, since a folder's name says nothing about who made it.
/// </summary>
public static class PrivateFolder
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes the folder where it is not there, for this user alone, and makes sure that it is safe.</summary>
    /// <exception cref="DiagnosticException">It is not, or can't be made.</exception>
    public static void Ensure(string folder)
    {
        try
        {
            if (FileFacts.Of(folder) is null)
            {
                Make(folder);
            }
            else if (!OperatingSystem.IsWindows() && IsEmptyAndOurs(folder))
            {
                File.SetUnixFileMode(folder, Owner);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(
                RuntimeDiagnostics.FolderNotWritable, $"The tool's cache folder can't be made: {Cause.Of(e).TrimEnd('.')}. Set MASTERFUL_CACHE to a folder that can, or mend the permissions.");
        }

        if (Problem(folder) is { } problem)
        {
            throw NotPrivate(problem);
        }
    }

    /// <summary>Why a folder is not safe to load code from; null where it is, and where it is not there.</summary>
    /// <param name="folder">Full path.</param>
    public static string? Problem(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return OperatingSystem.IsWindows() ? WindowsAccess.Problem(folder) : UnixProblem(folder);
    }

    /// <summary>Whether only root can change a folder's files, and this user is another: what root put there needs no further proof.</summary>
    public static bool IsRootsAlone(string folder) =>
        !OperatingSystem.IsWindows() && FileFacts.User != 0 && FileFacts.Of(folder) is { Owner: 0 } && Problem(folder) is null;

    /// <summary>The error for a folder that is not safe.</summary>
    internal static DiagnosticException NotPrivate(string problem) =>
        new(RuntimeDiagnostics.CacheNotPrivate, $"Code could be planted in the tool's cache: {problem}. Nothing was loaded from it. {RuntimeDiagnostics.CacheNotPrivate.Remedy}");

    private static void Make(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            WindowsAccess.Make(folder);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        Directory.CreateDirectory(folder, Owner);
        // The umask may have taken from it.
        File.SetUnixFileMode(folder, Owner);
    }

    /// <summary>A folder that was made beforehand, by <c>mkdir</c> and under any umask: nothing can have been planted in it yet.</summary>
    private static bool IsEmptyAndOurs(string folder) =>
        FileFacts.Of(folder) is { Kind: FileKind.Folder } facts && facts.Owner == FileFacts.User
        && OthersWrite(facts) && !Directory.EnumerateFileSystemEntries(folder).Any();

    private static string? UnixProblem(string folder)
    {
        if (FileFacts.Of(folder) is not { } facts)
        {
            return null;
        }

        return facts.Kind == FileKind.Link ? $"{folder} is a link"
            : facts.Kind != FileKind.Folder ? $"{folder} is not a folder"
            : OwnerProblem(folder, facts)
            ?? (OthersWrite(facts) ? $"other users may write to {folder} (mode {Octal(facts)}); delete it, or empty it" : null)
            ?? Above(folder).Concat(Above(RootFolder.WithoutLinks(folder))).Select(AncestorProblem).FirstOrDefault(p => p is not null);
    }

    /// <summary>Who may write to a folder may replace what is in it, except where it is sticky, as the temporary folder is.</summary>
    private static string? AncestorProblem(string folder) => FileFacts.Of(folder) is not { } facts
        ? null
        : OwnerProblem(folder, facts)
            ?? (facts.Kind == FileKind.Folder && OthersWrite(facts) && !facts.Mode.HasFlag(UnixFileMode.StickyBit)
                ? $"other users may write to {folder} (mode {Octal(facts)}), which it is below" : null);

    private static string? OwnerProblem(string path, FileFacts facts) =>
        facts.Owner == 0 || facts.Owner == FileFacts.User ? null : $"{path} belongs to user {facts.Owner}, and this is user {FileFacts.User}";

    /// <summary>A group of the user's own number is nobody else's, where systems give each user a group.</summary>
    private static bool OthersWrite(FileFacts facts) =>
        facts.Mode.HasFlag(UnixFileMode.OtherWrite)
        || (facts.Mode.HasFlag(UnixFileMode.GroupWrite) && (facts.Group != FileFacts.User || facts.Owner != FileFacts.User));

    private static IEnumerable<string> Above(string folder)
    {
        for (var above = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder)); above is not null; above = Path.GetDirectoryName(above))
        {
            yield return above;
        }
    }

    private static string Octal(FileFacts facts) => Convert.ToString((int)facts.Mode, 8);
}
