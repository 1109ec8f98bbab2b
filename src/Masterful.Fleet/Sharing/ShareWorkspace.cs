using Masterful.Core.Spec;

namespace Masterful.Fleet.Sharing;

/// <summary>A share on this machine.</summary>
public sealed class ShareWorkspace
{
    private readonly ShareManifest _manifest;
    private readonly string _folder;
    private readonly string _cache;

    internal ShareWorkspace(ShareManifest manifest, string folder, string cache, int fetched) =>
        (_manifest, _folder, _cache, Fetched) = (manifest, folder, cache, fetched);

    /// <summary>How many files were not here before.</summary>
    public int Fetched { get; }

    /// <summary>How many files there are.</summary>
    public int Count => _manifest.Files.Count;

    /// <summary>Full path of the spec.</summary>
    public string SpecPath => Full(_manifest.Spec);

    /// <summary>What holds here instead of what the spec says: places are this machine's, and nothing is fetched from anywhere else.</summary>
    public IReadOnlyList<string> Overrides =>
    [
        $"dataset.root={Literal(Full(_manifest.DataRoot))}",
        "dataset.sources=[]",
        $"runtime.cache={Literal(_cache)}",
        .. _manifest.Assembly is { } assembly ? [$"model.assembly={Literal(Full(assembly))}"] : Array.Empty<string>(),
        .. _manifest.TorchScript is { } script ? [$"model.torchscript={Literal(Full(script))}"] : Array.Empty<string>(),
    ];

    /// <summary>Whatever the manifest said: the spec decides what would be loaded.</summary>
    /// <exception cref="DiagnosticException">It names code.</exception>
    public static void CheckTrust(MasterfulSpec spec, bool trustModel)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (!trustModel && (spec.Model.Assembly ?? spec.Model.TorchScript) is { } model)
        {
            throw NotTrusted(model);
        }
    }

    internal static DiagnosticException NotTrusted(string model) => new(
        FleetDiagnostics.ModelNotTrusted, $"The coordinator's model, '{SharePath.Shown(model)}', is code that would run here. {FleetDiagnostics.ModelNotTrusted.Remedy}");

    private string Full(string path) => Path.GetFullPath(path, _folder);

    /// <summary>A text as YAML and variables leave it alone.</summary>
    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal).Replace("${", "$${", StringComparison.Ordinal)}'";
}
