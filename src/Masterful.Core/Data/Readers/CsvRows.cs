using System.Text;
using Masterful.Core.Spec;

namespace Masterful.Core.Data.Readers;

/// <summary>The rows of a CSV file (RFC 4180): fields between commas, quoted ones may hold commas, line ends and doubled quotes.</summary>
internal static class CsvRows
{
    private const int LongestField = 32_768;
    private const int MostFields = 1_024;

    /// <summary>The rows with the line that each begins on, from 1; empty lines are passed over.</summary>
    /// <exception cref="DiagnosticException">A quote that is never closed, text after a closing quote, or a field or row of excessive length.</exception>
    public static IEnumerable<(int Line, IReadOnlyList<string> Fields)> Read(string path)
    {
        using var reader = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
        var state = new Parser(path);
        while (reader.Read() is var character && character >= 0)
        {
            if (state.Take((char)character) is { } row)
            {
                yield return row;
            }
        }

        if (state.End() is { } last)
        {
            yield return last;
        }
    }

    private sealed class Parser(string path)
    {
        private readonly StringBuilder _field = new();
        private List<string> _fields = [];
        private int _line = 1;
        private int _firstLine = 1;
        private bool _quoted;
        private bool _closed;

        public (int Line, IReadOnlyList<string> Fields)? Take(char c)
        {
            if (_quoted && c != '"')
            {
                _line += c == '\n' ? 1 : 0;
                return Append(c);
            }

            switch (c)
            {
                case '"' when _quoted:
                    (_quoted, _closed) = (false, true);
                    return null;
                case '"' when _closed:
                    (_quoted, _closed) = (true, false);
                    return Append('"');
                case '"' when _field.Length == 0:
                    _quoted = true;
                    return null;
                case ',':
                    EndField();
                    return null;
                case '\r':
                    return null;
                case '\n':
                    return EndRow();
                default:
                    return _closed ? throw Wrong("there is text after a closing quote") : Append(c);
            }
        }

        public (int Line, IReadOnlyList<string> Fields)? End() => _quoted ? throw Wrong("a quote is never closed") : EndRow();

        private (int Line, IReadOnlyList<string> Fields)? Append(char c)
        {
            _field.Append(c);
            return _field.Length <= LongestField ? null : throw Wrong($"a field is longer than {LongestField:N0} characters");
        }

        private void EndField()
        {
            _fields.Add(_closed ? _field.ToString() : _field.ToString().Trim());
            _field.Clear();
            _closed = false;
            if (_fields.Count > MostFields)
            {
                throw Wrong($"a line has more than {MostFields:N0} fields");
            }
        }

        private (int Line, IReadOnlyList<string> Fields)? EndRow()
        {
            EndField();
            var (fields, line) = (_fields, _firstLine);
            _fields = [];
            _firstLine = ++_line;
            return fields is [""] ? null : (line, fields);
        }

        private DiagnosticException Wrong(string what) =>
            new(DataDiagnostics.FileCorrupt, $"This is not a well-formed CSV: {what}.", new SourcePosition(path, _firstLine, 1));
    }
}
