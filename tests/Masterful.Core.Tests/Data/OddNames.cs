using System.Diagnostics;
using Xunit;

namespace Masterful.Core.Tests.Data;

/// <summary>Names and depths that .NET can't make, by a shell.</summary>
internal static class OddNames
{
    /// <summary>Gives a file or folder a name of any bytes.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="name">The new name, with octal escapes for bytes, such as <c>caf\351.png</c>.</param>
    public static void Rename(string path, string name) => Run("mv \"$1\" \"$(dirname \"$1\")/$(printf \"$2\")\"", path, name);

    /// <summary>Makes folders in one another until their path is longer than a path may be, with a file in the deepest.</summary>
    public static void MakeDeep(string folder) =>
        Run("cd \"$1\" && n=$(printf %0200d 0) && for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23; do mkdir $n && cd -P $n || exit 1; done && touch x.png", folder);

    /// <summary>Removes what .NET can't open.</summary>
    public static void Remove(string folder) => Run("rm -rf \"$1\"", folder);

    /// <summary>Makes a named pipe: who opens it waits for ever.</summary>
    public static void MakePipe(string path) => Run("mkfifo \"$1\"", path);

    private static void Run(string script, params string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "names are bytes on Unix alone");
        using var process = Process.Start("sh", ["-c", script, "sh", .. arguments]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
