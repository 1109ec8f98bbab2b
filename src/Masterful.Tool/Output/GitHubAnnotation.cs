using Masterful.Core.Spec;

namespace Masterful.Tool.Output;

/// <summary>Diagnostics as workflow commands, which GitHub shows at their line in a pull request.</summary>
internal static class GitHubAnnotation
{
    /// <summary><c>::error file=…,line=…,col=…,title=…::message</c> with GitHub's escapes.</summary>
    public static string Of(Diagnostic diagnostic)
    {
        var command = diagnostic.Severity == DiagnosticSeverity.Error ? "error" : "warning";
        var place = diagnostic.Position switch
        {
            { Line: > 0 } p => $"file={Property(p.File)},line={p.Line},col={Math.Max(1, p.Column)},",
            { } p => $"file={Property(p.File)},",
            null => "",
        };
        return $"::{command} {place}title={Property(diagnostic.Code.Id)}::{Message(diagnostic.Message)}";
    }

    private static string Message(string text) => text
        .Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Message(text)
        .Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
