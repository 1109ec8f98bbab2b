namespace Masterful.Fleet.Sharing;

/// <summary>Paths that a manifest may have: relative, with forward slashes, and meaning one and the same file on every system.</summary>
internal static class SharePath
{
    private const int Longest = 1024;
    private const int LongestName = 255;
    private const string Forbidden = "\\:<>\"|?*";
    private static readonly string[] Devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

    /// <summary>Why a path is refused; null where it is not.</summary>
    public static string? Problem(string path)
    {
        if (path.Length is 0 or > Longest)
        {
            return $"a path has 1 to {Longest} characters";
        }

        return path.Split('/').Select(NameProblem).FirstOrDefault(p => p is not null);
    }

    /// <summary>What somebody else wrote, for a message: short, and without what a terminal would obey.</summary>
    public static string Shown(string text) =>
        string.Concat(text[..Math.Min(text.Length, 120)].Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)) + (text.Length > 120 ? "…" : "");

    /// <summary>Windows gives names a meaning that other systems do not; they are refused everywhere, so that a share works everywhere.</summary>
    private static string? NameProblem(string name) => name switch
    {
        "" => "it begins or ends with a slash, or has two in a row",
        "." or ".." => "it has . or .. in it",
        { Length: > LongestName } => $"a name in it is longer than {LongestName} characters",
        _ when name.Any(c => char.IsControl(c) || Forbidden.Contains(c, StringComparison.Ordinal)) => $"a name has a control character or one of {Forbidden}",
        _ when name[^1] is '.' or ' ' => "a name ends with a dot or a space",
        _ when IsDevice(name) => "a name is reserved on Windows",
        _ => null,
    };

    private static bool IsDevice(string name)
    {
        var stem = name.Split('.')[0].TrimEnd().ToUpperInvariant();
        return Devices.Contains(stem)
            || (stem.Length == 4 && (stem.StartsWith("COM", StringComparison.Ordinal) || stem.StartsWith("LPT", StringComparison.Ordinal)) && "0123456789¹²³".Contains(stem[3], StringComparison.Ordinal));
    }
}
