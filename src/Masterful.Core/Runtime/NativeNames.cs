using System.Runtime.InteropServices;

namespace Masterful.Core.Runtime;

/// <summary>What libtorch's files are called on this platform.</summary>
internal static class NativeNames
{
    /// <summary>linux-x64, win-x64, osx-arm64 …: the platform's folder in packages.</summary>
    public static string Platform { get; } =
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")
        + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    /// <summary>The file name of a library, such as <c>libtorch_cpu.so</c>.</summary>
    public static string File(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll"
        : OperatingSystem.IsMacOS() ? $"lib{library}.dylib"
        : $"lib{library}.so";
}
