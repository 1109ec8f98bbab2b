using System.Globalization;
using Masterful.Core.Spec;
using Masterful.Core.Spec.ImageLists;
using Masterful.Results;

namespace Masterful.Core.Pipeline;

/// <summary>The table of a label audit, read again from the file that <see cref="ResultTables.LabelsCsv"/> made.</summary>
public static class LabelTable
{
    private const int Columns = 9;

    /// <summary>The findings, in the order of the file.</summary>
    /// <exception cref="InvalidDataException">Not such a table, and where not.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static IReadOnlyList<LabelFinding> Read(string path)
    {
        try
        {
            return [.. CsvRows.Read(path).Skip(1).Select(row => Finding(path, row.Line, row.Fields))];
        }
        catch (DiagnosticException e)
        {
            throw new InvalidDataException($"{path} is not a table of labels: {Cause.Of(e)}", e);
        }
    }

    private static LabelFinding Finding(string path, int line, IReadOnlyList<string> fields)
    {
        if (fields.Count != Columns || !int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var rank)
            || Probability(fields[5]) is not { } given || Probability(fields[6]) is not { } suggested || Probability(fields[7]) is not { } score)
        {
            throw new InvalidDataException($"{path} is not a table of labels: line {line} has not the columns of one.");
        }

        return new LabelFinding
        {
            Rank = rank,
            Split = fields[1],
            Image = Text(fields[2]),
            Given = Text(fields[3]),
            Suggested = Text(fields[4]),
            GivenProbability = given,
            SuggestedProbability = suggested,
            Score = score,
            Reason = Text(fields[8]),
        };
    }

    private static double? Probability(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>Without the apostrophe that keeps spreadsheets from taking the text for a formula.</summary>
    private static string Text(string field) => field is ['\'', '=' or '+' or '-' or '@' or '\t' or '\r' or '\n', ..] ? field[1..] : field;
}
