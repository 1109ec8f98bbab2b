using System.Text.Json;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Runtime;

/// <summary>
/// Packages whose hashes nobody has pinned: CUDA's, several gigabytes in dozens of parts. The first installation on a machine writes down what
/// it got, beside the installed libtorch; every later one must get the same. The file can be taken to other machines, which then are held to
/// it from their first installation on.
/// </summary>
/// <param name="file">Full path of the record.</param>
internal sealed class RecordedPackages(string file)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Compares what a restore brought with the record, or makes the record.</summary>
    /// <param name="assets">The restored project's <c>project.assets.json</c>, which lists all packages.</param>
    /// <param name="folders">The packages folders that NuGet took them from.</param>
    /// <exception cref="DiagnosticException">A package is another than the recorded one, or libtorch's is of another version.</exception>
    public void Verify(string assets, params IReadOnlyList<string> folders)
    {
        var found = Hashes(assets, folders);
        if (found.Keys.FirstOrDefault(p => p.StartsWith("libtorch-", StringComparison.OrdinalIgnoreCase) && !p.Split(' ')[1].StartsWith(MachineFolders.LibTorchVersion, StringComparison.Ordinal)) is { } other)
        {
            throw Refused($"{other} came in the place of version {MachineFolders.LibTorchVersion}.");
        }

        if (!File.Exists(file))
        {
            AtomicFile.Write(file, JsonSerializer.Serialize(found, Indented) + "\n");
            return;
        }

        var recorded = Read();
        var different = recorded.Keys.Union(found.Keys).Where(p => recorded.GetValueOrDefault(p) != found.GetValueOrDefault(p)).Order(StringComparer.Ordinal).ToList();
        if (different.Count > 0)
        {
            throw Refused($"{string.Join(", ", different.Take(5))}{(different.Count > 5 ? $" and {different.Count - 5} more" : "")} differ from what {file} has of the first installation.");
        }
    }

    private static DiagnosticException Refused(string what) => new(
        RuntimeDiagnostics.PackageNotAsPinned, $"{what} Nothing was installed. {RuntimeDiagnostics.PackageNotAsPinned.Remedy} If you know why, delete the record.");

    private static SortedDictionary<string, string> Hashes(string assets, IReadOnlyList<string> folders)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(assets));
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var library in document.RootElement.GetProperty("libraries").EnumerateObject().Where(l => l.Value.GetProperty("type").ValueEquals("package")))
        {
            var metadata = folders.Select(f => Path.Combine(f, library.Value.GetProperty("path").GetString()!, ".nupkg.metadata")).FirstOrDefault(File.Exists)
                ?? throw Refused($"NuGet does not say what {library.Name} is.");
            using var package = JsonDocument.Parse(File.ReadAllBytes(metadata));
            found.Add(library.Name.Replace('/', ' '), package.RootElement.GetProperty("contentHash").GetString()!);
        }

        return found;
    }

    private Dictionary<string, string> Read()
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllBytes(file)) ?? [];
        }
        catch (JsonException e)
        {
            throw Refused($"{file} can't be read ({Cause.Of(e)}), so that nothing can be compared with it.");
        }
    }
}
