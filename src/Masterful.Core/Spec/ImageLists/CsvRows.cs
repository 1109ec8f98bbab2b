using System.Text;

namespace Masterful.Core.Spec.ImageLists;

/// <summary>
/// The rows of a CSV file (RFC 4180): fields between delimiters, quoted ones may hold delimiters, line ends and doubled quotes. A line ends
/// with LF, CRLF or CR; blanks around a quoted field are passed over.
/// </summary>
internal static class CsvRows
{
    private const int LongestField = 32_768;
    private const int MostFields = 1_024;

    /// <summary>The rows with the line that each begins on, from 1; lines without any text in their fields are passed over.</summary>
    /// <exception cref="DiagnosticException">No text, a quote that is never closed, text after a closing quote, or a field or row of excessive length.</exception>
    public static IEnumerable<(int Line, IReadOnlyList<string> Fields)> Read(string path, char delimiter = ',')
    {
        using var text = CsvText.Open(path);
        var state = new Parser(path, delimiter);
        while (Next(text, state) is var character && character >= 0)
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

    private static int Next(StreamReader text, Parser state)
    {
        try
        {
            return text.Read();
        }
        catch (DecoderFallbackException)
        {
            // Text is decoded in parts, so that the parser is somewhere before it.
            throw state.Wrong("this line is not UTF-8 text; save the file as CSV (UTF-8)", CsvText.FirstWrongLine(state.Path));
        }
    }

    private sealed class Parser(string path, char delimiter)
    {
        private readonly StringBuilder _field = new();
        private List<string> _fields = [];
        private int _line = 1;
        private int _firstLine = 1;
        private bool _quoted;
        private bool _closed;
        private char _previous;

        public string Path => path;

        public (int Line, IReadOnlyList<string> Fields)? Take(char c)
        {
            // Of CRLF the first character ends the line.
            var endsAgain = c == '\n' && _previous == '\r';
            _previous = c;
            if (_quoted && c != '"')
            {
                _line += c is '\r' or '\n' && !endsAgain ? 1 : 0;
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
                case '"' when IsBlank():
                    _field.Clear();
                    _quoted = true;
                    return null;
                case '\n' when endsAgain:
                    return null;
                case '\r' or '\n':
                    return EndRow();
                case var _ when c == delimiter:
                    EndField();
                    return null;
                case ' ' or '\t' when _closed:
                    return null;
                default:
                    return _closed ? throw Wrong("there is text after a closing quote") : Append(c);
            }
        }

        public (int Line, IReadOnlyList<string> Fields)? End() => _quoted ? throw Wrong("a quote is never closed") : EndRow();

        public DiagnosticException Wrong(string what, int? line = null) =>
            new(ImageListDiagnostics.NotReadable, $"This is not a well-formed CSV: {what}.", new SourcePosition(path, line ?? _firstLine, 1));

        private bool IsBlank()
        {
            for (var i = 0; i < _field.Length; i++)
            {
                if (_field[i] is not (' ' or '\t'))
                {
                    return false;
                }
            }

            return !_closed;
        }

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
            return fields.TrueForAll(f => f.Length == 0) ? null : (line, fields);
        }
    }
}
