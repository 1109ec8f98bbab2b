namespace Masterful.Core.Tests.Spec;

/// <summary>The top of the repository that the tests were built from.</summary>
internal static class RepositoryFolder
{
    public static string Path { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder) =>
        File.Exists(System.IO.Path.Combine(folder, "Masterful.Tool.sln")) ? folder : Find(System.IO.Path.GetDirectoryName(folder)!);
}
