using System.Text;

namespace Masterful.Reporting;

/// <summary>A column of a Markdown table.</summary>
/// <param name="Header">Inline Markdown.</param>
/// <param name="Right">Whether it holds figures, set to the right.</param>
internal sealed record TableColumn(string Header, bool Right = false);

/// <summary>Markdown built block by block. Every argument is inline Markdown: what comes from data goes through <see cref="MarkdownText"/> first.</summary>
internal sealed class MarkdownPage
{
    private readonly StringBuilder _text = new();

    public MarkdownPage Heading(int level, string text) => Block($"{new string('#', level)} {text}");

    public MarkdownPage Paragraph(string text) => Block(text);

    public MarkdownPage List(IEnumerable<string> items) => Block(string.Join('\n', items.Select(item => "- " + item)));

    public MarkdownPage Image(string alternative, string path) => Block($"![{MarkdownText.Escape(alternative, 600)}]({path})");

    public MarkdownPage Table(IReadOnlyList<TableColumn> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = new List<string> { Row(columns.Select(c => c.Header)), Row(columns.Select(c => c.Right ? "---:" : "---")) };
        foreach (var row in rows)
        {
            if (row.Count != columns.Count)
            {
                throw new ArgumentException($"A row of {row.Count} cells in a table of {columns.Count} columns.", nameof(rows));
            }

            lines.Add(Row(row));
        }

        return Block(string.Join('\n', lines));
    }

    public MarkdownPage Block(string text)
    {
        _text.Append(text).Append("\n\n");
        return this;
    }

    public override string ToString() => _text.ToString().TrimEnd('\n') + "\n";

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}
