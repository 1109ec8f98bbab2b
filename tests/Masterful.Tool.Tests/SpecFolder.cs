namespace Masterful.Tool.Tests;

/// <summary>A folder with a valid spec over two empty class folders: enough for what reads no images.</summary>
internal sealed class SpecFolder : IDisposable
{
    public SpecFolder()
    {
        Directory.CreateDirectory(System.IO.Path.Combine(Folder, "data", "train", "a"));
        Directory.CreateDirectory(System.IO.Path.Combine(Folder, "data", "test", "a"));
        File.WriteAllText(Path, """
            version: 1
            dataset:
              name: Letters
              format: folder
              root: data
              splits: { train: train, test: test }
            model: { architecture: small-cnn, input_shape: [16, 16, 1] }
            training: { epochs: 3 }
            """);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("masterful tool ").FullName;

    public string Path => System.IO.Path.Combine(Folder, "masterful.yaml");

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
