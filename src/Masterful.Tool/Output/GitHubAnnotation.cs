using Masterful.Core.Spec;

namespace Masterful.Tool.Output;

/// <summary>Diagnostics as workflow commands, which GitHub shows at their line in a pull request.</summary>
internal static class GitHubAnnotation
{
    /// <summary><c>::error file=…,line=…,col=…,title=…::message</c> with GitHub's escapes.</summary>
    /// <param name="diagnostic">What to show.</param>
    /// <param name="workspace">The checkout: GitHub wants paths relative to it. Null outside a workflow.</param>
    public static string Of(Diagnostic diagnostic, string? workspace = null)
    {
        var command = diagnostic.Severity == DiagnosticSeverity.Error ? "error" : "warning";
        var place = diagnostic.Position switch
        {
            { Line: > 0 } p => $"file={Property(InWorkspace(p.File, workspace))},line={p.Line},col={Math.Max(1, p.Column)},",
            { } p => $"file={Property(InWorkspace(p.File, workspace))},",
            null => "",
        };
        return $"::{command} {place}title={Property(diagnostic.Code.Id)}::{Message(diagnostic.Message)}";
    }

    /// <summary>A sentence without a place.</summary>
    public static string Notice(string text) => $"::notice title=Masterful::{Message(text)}";

    /// <summary>
    /// Text between annotations, in which nothing can be taken for a workflow command: the runner obeys <c>::command::</c> at the start of a
    /// line and <c>##[command]</c> wherever it stands in one, also in a name out of the data.
    /// </summary>
    public static string Plain(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line =>
        (line.TrimStart() is [':', ':', ..] ? "· " + line : line).Replace("##[", "#\u2060#[", StringComparison.Ordinal)));

    private static string InWorkspace(string file, string? workspace)
    {
        if (string.IsNullOrEmpty(workspace))
        {
            return file;
        }

        var relative = Path.GetRelativePath(workspace, Path.GetFullPath(file));
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? file : relative.Replace('\\', '/');
    }

    /// <summary>A message or a property of a command, in which the runner would look for the older form too.</summary>
    private static string Message(string text) => text
        .Replace("##[", "#\u2060#[", StringComparison.Ordinal)
        .Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Message(text)
        .Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
