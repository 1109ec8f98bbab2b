using System.Reflection;

namespace Masterful.Core.Runtime;

/// <summary>The version of this engine.</summary>
public static class EngineVersion
{
    /// <summary>Major.minor.patch.</summary>
    public static string Current { get; } =
        typeof(EngineVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Major.minor: trials of engines that agree in it give the same numbers.</summary>
    public static string Numerics { get; } = string.Join('.', Current.Split('.').Take(2));
}
