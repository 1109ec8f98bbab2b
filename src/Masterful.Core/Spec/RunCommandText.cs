namespace Masterful.Core.Spec;

/// <summary>
/// The command that repeats a run, made anew of what was understood, for reports that anyone may read: names of keys, and values of those
/// keys that take numbers and words. Texts (paths, names, addresses) are left out, since they may hold what nobody should see.
/// </summary>
public static class RunCommandText
{
    private const int LongestValue = 200;
    private const string LeftOut = "…";

    /// <summary>Keys, and sections of keys, whose values are numbers, shares or words of a list, checked when the spec was read.</summary>
    private static readonly string[] Plain =
    [
        "dataset.format", "dataset.validation", "dataset.limit", "model.architecture", "model.input_shape", "training", "policy", "evaluation", "gate",
        "report.html", "output.formats", "runtime.device", "runtime.workers", "runtime.threads", "runtime.fleet", "runtime.journal",
    ];

    /// <summary>A line for a POSIX shell.</summary>
    /// <param name="specPath">The spec; its folder is left out.</param>
    /// <param name="overrides">What <c>--set</c> laid over it.</param>
    /// <param name="device">What <c>--device</c> said, or null.</param>
    public static string Of(string specPath, IReadOnlyList<string> overrides, string? device)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        return string.Join(' ',
        [
            "dotnet masterful run --spec", Quoted(Path.GetFileName(specPath)), .. overrides.SelectMany(o => new[] { "--set", Quoted(Override(o)) }),
            .. device is null ? Array.Empty<string>() : ["--device", Quoted(device)],
        ]);
    }

    private static string Override(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var (key, value) = (text[..Math.Max(0, equals)].Trim(), text[(equals + 1)..].Trim());
        var isPlain = Plain.Any(p => key == p || key.StartsWith($"{p}.", StringComparison.Ordinal)) && value.Length <= LongestValue && !value.Any(char.IsControl);
        return $"{key}={(isPlain ? value : LeftOut)}";
    }

    /// <summary>A word that a shell takes as it is.</summary>
    private static string Quoted(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or '=' or ':' or ',' or '+' or '%')
        ? word
        : $"'{string.Concat(word.Select(c => char.IsControl(c) ? ' ' : c)).Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
