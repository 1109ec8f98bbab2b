using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Runtime;

/// <summary>
/// Proves before they are loaded that libraries in the tool's cache and in NuGet's folder are those that were pinned, or installed: by
/// their content, which is read once, and again only when the system says that a file is another one.
/// </summary>
/// <param name="folders">Where they lie.</param>
internal sealed class LibraryProof(MachineFolders folders)
{
    private const string Pins = "Masterful.Core.Runtime.pinned-libraries.txt";
    private const string NoteName = "library-hashes.txt";
    private readonly FileHashes _hashes = new(folders.HasSafeCache ? Path.Combine(folders.Cache, "proven-libraries.txt") : null);

    /// <summary>Notes what was installed into a folder for which there are no pins, to be compared from then on.</summary>
    public static void Note(string folder)
    {
        var hashes = new FileHashes(null);
        AtomicFile.Write(
            Path.Combine(folder, NoteName), string.Concat(Libraries(folder).Select(f => $"{hashes.Of(f).Sha256}  {Path.GetFileName(f)}\n")));
    }

    /// <summary>The pinned libraries of a platform, name and hash; none where the gallery has no package for it.</summary>
    public static Dictionary<string, string> PinnedOf(string platform)
    {
        using var reader = new StreamReader(typeof(LibraryProof).Assembly.GetManifestResourceStream(Pins)!);
        return Parse(reader.ReadToEnd(), $"{platform}/");
    }

    /// <summary>Proves every library that loading a libtorch may bring in: all of its folder, since they find each other there.</summary>
    /// <exception cref="DiagnosticException">One is not what it must be.</exception>
    public void Require(LibTorchLocation location)
    {
        Require(location.Folder, Libraries(location.Folder));
        if (Path.GetDirectoryName(location.Binding)! is var other && other != location.Folder)
        {
            Require(other, [location.Binding]);
        }

        try
        {
            _hashes.Save();
        }
        catch (IOException)
        {
            // Then they are read again next time.
        }
    }

    private void Require(string folder, IEnumerable<string> libraries)
    {
        if (PrivateFolder.IsRootsAlone(folder) || Expected(folder) is not { } expected)
        {
            return;
        }

        foreach (var library in libraries)
        {
            var found = _hashes.Of(library).Sha256;
            if (!expected.TryGetValue(Path.GetFileName(library), out var right) || found != right)
            {
                throw new DiagnosticException(
                    RuntimeDiagnostics.LibraryChanged,
                    $"{library} is not the file that was installed: {(right is null ? "there was none of that name" : $"its SHA-256 is {found}; right would be {right}")}. "
                    + $"It was not loaded. Find out who wrote it, and delete {folder}; `dotnet masterful runtime install` brings libtorch again.");
            }
        }
    }

    /// <summary>The hashes that a folder's libraries must have; null for a folder that the user named or that is the program's own.</summary>
    private Dictionary<string, string>? Expected(string folder) =>
        folder == folders.InstalledLibTorch(LibTorchKind.Cuda) ? ReadNote(folder)
        : folder == folders.InstalledLibTorch(LibTorchKind.Cpu) || folder == folders.PackagedLibTorch || folder == folders.PackagedBinding ? PinnedOf(NativeNames.Platform)
        : null;

    private static Dictionary<string, string> ReadNote(string folder)
    {
        var note = new FileInfo(Path.Combine(folder, NoteName));
        return note is { Exists: true, LinkTarget: null, Length: < 1 << 20 } ? Parse(File.ReadAllText(note.FullName), "") : [];
    }

    private static Dictionary<string, string> Parse(string text, string prefix) => text.Split('\n')
        .Select(line => line.Split("  ", 2))
        .Where(parts => parts.Length == 2 && parts[1].StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(parts => parts[1][prefix.Length..], parts => parts[0], StringComparer.Ordinal);

    private static IEnumerable<string> Libraries(string folder) =>
        Directory.EnumerateFiles(folder).Where(f => IsLibrary(Path.GetFileName(f))).Order(StringComparer.Ordinal);

    private static bool IsLibrary(string name) =>
        name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".dylib", StringComparison.Ordinal)
        || name.EndsWith(".so", StringComparison.Ordinal) || name.Contains(".so.", StringComparison.Ordinal);
}
