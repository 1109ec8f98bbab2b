using Masterful.Core.Tests.Architecture;

namespace Masterful.Core.Tests;

/// <summary>Where the tests' own files are.</summary>
internal static class SourceTree
{
    /// <summary>The folder of the golden figures: the environment's <c>MASTERFUL_GOLDEN</c>, or the project's own.</summary>
    public static string Golden { get; } =
        Environment.GetEnvironmentVariable("MASTERFUL_GOLDEN") is { Length: > 0 } named ? named : Path.Combine(Repository.Root, "tests", "golden");

    /// <summary>A model project's assembly, built with the tests.</summary>
    public static string SampleModels { get; } = Path.Combine(
        Repository.Root, "tests", "Masterful.SampleModels", "bin", Configuration(), "net10.0", "Masterful.SampleModels.dll");

    private static string Configuration() => Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar))!);
}
