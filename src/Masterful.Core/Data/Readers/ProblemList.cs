using Masterful.Core.Spec;

namespace Masterful.Core.Data.Readers;

/// <summary>Errors of one kind: all are counted, the first twenty are told.</summary>
internal sealed class ProblemList(DiagnosticCode code)
{
    private const int Told = 20;
    private readonly List<Diagnostic> _first = [];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    public void Add(string message, SourcePosition position)
    {
        if (Count++ < Told)
        {
            _first.Add(new Diagnostic(code, DiagnosticSeverity.Error, message, position));
        }
    }

    /// <summary>The first ones and, when there are more, how many in all.</summary>
    public IEnumerable<Diagnostic> All(string summary) =>
        Count <= Told ? _first : _first.Append(new Diagnostic(code, DiagnosticSeverity.Error, $"{summary} The first {Told} are listed above."));

    public void ThrowIfAny(string summary)
    {
        if (Count > 0)
        {
            throw new DiagnosticException([.. All(summary)]);
        }
    }
}
