namespace Masterful.Core.Runtime;

/// <summary>Settings that come from the environment.</summary>
public static class EnvironmentSetting
{
    /// <summary>The value of a variable, or null where it is not set; set but empty is how scripts and CI systems say "not set".</summary>
    public static string? Read(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
