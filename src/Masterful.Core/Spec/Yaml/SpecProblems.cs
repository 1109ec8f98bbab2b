namespace Masterful.Core.Spec.Yaml;

/// <summary>Collects what is wrong with a spec, so that all of it is told at once.</summary>
internal sealed class SpecProblems
{
    private readonly List<Diagnostic> _found = [];
    private readonly HashSet<string> _wrong = new(StringComparer.Ordinal);

    /// <summary>Whether anything found is an error.</summary>
    public bool HasErrors => ErrorCount > 0;

    /// <summary>How many errors there are.</summary>
    public int ErrorCount => _found.Count(d => d.Severity == DiagnosticSeverity.Error);

    /// <summary>Notes an error.</summary>
    public void Error(DiagnosticCode code, SourcePosition position, string message) =>
        _found.Add(new Diagnostic(code, DiagnosticSeverity.Error, message, position));

    /// <summary>Notes an error of the value at a dotted path.</summary>
    public void Error(DiagnosticCode code, SourcePosition position, string path, string message)
    {
        MarkWrong(path);
        Error(code, position, message);
    }

    /// <summary>Notes that the value at a dotted path is wrong, which is told elsewhere.</summary>
    public void MarkWrong(string path) => _wrong.Add(path);

    /// <summary>Whether no error is known of the value at a dotted path, nor of anything in it or around it.</summary>
    public bool IsSound(string path) => !_wrong.Any(w => Holds(w, path) || Holds(path, w));

    /// <summary>Notes a warning.</summary>
    public void Warning(DiagnosticCode code, SourcePosition position, string message) =>
        _found.Add(new Diagnostic(code, DiagnosticSeverity.Warning, message, position));

    /// <summary>All, in the order of the file; what has no line comes last.</summary>
    public IReadOnlyList<Diagnostic> Sorted() =>
    [
        .. _found.Distinct().OrderBy(d => d.Position is { Line: > 0 } p ? p.Line : int.MaxValue).ThenBy(d => d.Position?.Column ?? 0),
    ];

    private static bool Holds(string outer, string inner) =>
        inner.StartsWith(outer, StringComparison.Ordinal) && (inner.Length == outer.Length || outer.Length == 0 || inner[outer.Length] == '.');

    /// <summary>Throws when there are errors.</summary>
    /// <exception cref="DiagnosticException">Carries all, warnings included.</exception>
    public void ThrowIfErrors()
    {
        if (HasErrors)
        {
            throw new DiagnosticException(Sorted());
        }
    }
}
