namespace Masterful.EndToEnd.Tests;

/// <summary>A folder of a test's own, deleted at its end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("masterful é2e ").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
