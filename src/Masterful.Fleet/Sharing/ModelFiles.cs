using System.Text.Json;

namespace Masterful.Fleet.Sharing;

/// <summary>
/// The files beside a model's assembly that it needs: those that its deps.json names, without TorchSharp and libtorch, which are each
/// machine's own; all assemblies beside it where there is no deps.json. That is how the runtime looks for them too.
/// </summary>
internal static class ModelFiles
{
    private static readonly string[] Kinds = ["runtime", "native", "resources", "runtimeTargets"];
    private static readonly string[] Provided = ["TorchSharp", "libtorch-", "LibTorchSharp"];

    /// <summary>Full paths, the assembly first.</summary>
    public static IReadOnlyList<string> Of(string assembly)
    {
        var folder = Path.GetDirectoryName(assembly)!;
        var deps = Path.ChangeExtension(assembly, ".deps.json");
        var needed = File.Exists(deps)
            ? Assets(deps).SelectMany(asset => Places(folder, asset)).Where(File.Exists).Prepend(deps)
            : Directory.EnumerateFiles(folder, "*.dll").Where(f => !IsProvided(Path.GetFileName(f))).Order(StringComparer.Ordinal);
        return [.. needed.Prepend(assembly).Distinct()];
    }

    private static List<string> Assets(string deps)
    {
        try
        {
            using var file = JsonDocument.Parse(File.ReadAllBytes(deps));
            return [.. file.RootElement.GetProperty("targets").EnumerateObject()
                .SelectMany(target => target.Value.EnumerateObject())
                .Where(library => !IsProvided(library.Name))
                .SelectMany(library => library.Value.EnumerateObject().Where(p => Kinds.Contains(p.Name)))
                .SelectMany(kind => kind.Value.EnumerateObject().Select(asset => asset.Name))];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Loading the model says what is wrong with it.
            return [];
        }
    }

    /// <summary>A build copies <c>lib/net10.0/de/X.resources.dll</c> to <c>de/X.resources.dll</c>, and leaves <c>runtimes/…</c> as it is.</summary>
    private static IEnumerable<string> Places(string folder, string asset)
    {
        var parts = asset.Split('/');
        return parts.Any(p => p is ".." or "." or "")
            ? []
            : new[] { parts.Length, Math.Min(2, parts.Length), 1 }.Distinct().Select(count => Path.Combine([folder, .. parts[^count..]]));
    }

    private static bool IsProvided(string name) => Provided.Any(p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase));
}
