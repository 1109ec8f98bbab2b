namespace Masterful.Core.Spec;

/// <summary>How much a diagnostic weighs: an error ends the command with exit code 3, a warning does not.</summary>
public enum DiagnosticSeverity
{
    /// <summary>Worth knowing; the run goes on.</summary>
    Warning,

    /// <summary>The run can't go on.</summary>
    Error,
}

/// <summary>A kind of diagnostic: what documentation lists and people search for.</summary>
/// <param name="Id">Three letters and four digits, such as <c>MST0102</c>; never reused for another meaning.</param>
/// <param name="Title">What is wrong, in a few words, for the table of codes.</param>
/// <param name="Remedy">What a person does about it.</param>
public sealed record DiagnosticCode(string Id, string Title, string Remedy);

/// <summary>A place in a text file; line and column count from 1, and 0 means that the place within the file is unknown.</summary>
public readonly record struct SourcePosition(string File, int Line = 0, int Column = 0);

/// <summary>Something wrong (or doubtful) in what the user gave: the spec, the data, a model, the machine.</summary>
/// <param name="Code">The kind.</param>
/// <param name="Severity">Error or warning.</param>
/// <param name="Message">What is wrong here and what would be right, in one or two sentences.</param>
/// <param name="Position">Where, when a file is to blame.</param>
public sealed record Diagnostic(DiagnosticCode Code, DiagnosticSeverity Severity, string Message, SourcePosition? Position = null)
{
    /// <summary>The form that MSBuild, GitHub's .NET matcher and editors understand: <c>file(line,col): error MST0012: message</c>.</summary>
    public override string ToString()
    {
        var severity = Severity == DiagnosticSeverity.Error ? "error" : "warning";
        var origin = Position switch
        {
            { Line: > 0 } p => $"{p.File}({p.Line},{Math.Max(1, p.Column)}): ",
            { } p => $"{p.File}: ",
            null => "masterful: ",
        };
        return $"{origin}{severity} {Code.Id}: {Message}";
    }
}

/// <summary>Ends a command because of what the user gave; carries every diagnostic that was found, warnings included. Exit code 3.</summary>
public sealed class DiagnosticException : Exception
{
    /// <summary>Makes the exception from one or more diagnostics.</summary>
    public DiagnosticException(params IReadOnlyList<Diagnostic> diagnostics)
        : base(string.Join(Environment.NewLine, diagnostics)) => Diagnostics = diagnostics;

    /// <summary>Makes the exception from one error.</summary>
    public DiagnosticException(DiagnosticCode code, string message, SourcePosition? position = null)
        : this(new Diagnostic(code, DiagnosticSeverity.Error, message, position))
    {
    }

    /// <summary>All that was found, in the order of the file.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }
}
