using System.Text.Json;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Techniques;

/// <summary>torchvision's outputs on one image, as figures: <c>transforms.json</c> of MASTERFUL_GOLDEN or of tests/golden.</summary>
internal sealed class GoldenTransforms
{
    private readonly JsonElement _root;

    private GoldenTransforms(JsonElement root) => _root = root;

    public static GoldenTransforms Load()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder(), "transforms.json")));
        return new GoldenTransforms(document.RootElement.Clone());
    }

    public IReadOnlyList<string> Names => [.. _root.GetProperty("cases").EnumerateObject().Select(c => c.Name)];

    /// <summary>The image that every case starts from, float [1, 3, 32, 32].</summary>
    public Tensor Input => Image(_root.GetProperty("input"));

    /// <summary>The image that a case ends in.</summary>
    public Tensor Output(string name) => Image(_root.GetProperty("cases").GetProperty(name));

    private Tensor Image(JsonElement pixels)
    {
        var shape = _root.GetProperty("shape").EnumerateArray().Select(n => n.GetInt64());
        return tensor(pixels.EnumerateArray().Select(p => p.GetSingle()).ToArray(), [1, .. shape]);
    }

    private static string Folder()
    {
        if (Environment.GetEnvironmentVariable("MASTERFUL_GOLDEN") is { Length: > 0 } named)
        {
            return named;
        }

        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Masterful.Tool.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "tests", "golden");
    }
}
