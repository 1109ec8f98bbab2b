using Masterful.Core.Spec;

namespace Masterful.Core.Tests.Spec;

/// <summary>A temporary folder with a spec and made-up data files in it.</summary>
internal sealed class SpecFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("masterful-spec-");

    /// <summary>A spec that is valid once <c>data/train.mat</c> and <c>data/test.mat</c> exist, which they do here.</summary>
    public const string Valid = """
        version: 1
        dataset:
          format: svhn
          root: data
          splits: { train: train.mat, test: test.mat }
        model:
          architecture: small-cnn

        """;

    public SpecFolder()
    {
        Add("data/train.mat");
        Add("data/test.mat");
    }

    public string Root => _folder.FullName;

    public string SpecFile => Path.Combine(Root, "masterful.yaml");

    public Dictionary<string, string> Variables { get; } = [];

    public string Add(string path, string text = "x") => Add(path, System.Text.Encoding.UTF8.GetBytes(text));

    public string Add(string path, byte[] bytes)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
        return full;
    }

    public LoadedSpec Load(string text, params string[] overrides)
    {
        Add("masterful.yaml", text);
        return SpecLoader.Load(SpecFile, overrides, Variables.GetValueOrDefault);
    }

    /// <summary>What loading reports, each as <c>line,column code message</c>.</summary>
    public IReadOnlyList<string> Errors(string text, params string[] overrides)
    {
        try
        {
            Load(text, overrides);
            return [];
        }
        catch (DiagnosticException e)
        {
            return [.. e.Diagnostics.Select(d => $"{d.Position?.Line},{d.Position?.Column} {d.Code.Id} {d.Message}")];
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
