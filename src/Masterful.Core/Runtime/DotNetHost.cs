using System.Runtime.InteropServices;

namespace Masterful.Core.Runtime;

/// <summary>The <c>dotnet</c> that this process runs on.</summary>
internal static class DotNetHost
{
    /// <summary>
    /// Full path of the program. A bare name would be looked for in the current folder first on Windows, which may be anybody's.
    /// </summary>
    public static string Path
    {
        get
        {
            if (EnvironmentSetting.Read("DOTNET_HOST_PATH") is { } named)
            {
                return named;
            }

            // …/dotnet/shared/Microsoft.NETCore.App/10.0.0/
            var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
            var beside = System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
            return File.Exists(beside) ? beside : name;
        }
    }
}
