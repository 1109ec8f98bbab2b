using System.Globalization;
using System.Text;

namespace Masterful.Results;

/// <summary>
/// The tables of a run as CSV: RFC 4180 with a header, CRLF line ends, figures with a decimal point whatever the culture, an empty
/// cell for what could not be computed. Text that a spreadsheet would run as a formula gets a leading apostrophe.
/// </summary>
public static class ResultTables
{
    /// <summary>The name of <see cref="ClassesCsv"/> in a report folder.</summary>
    public const string ClassesName = "classes.csv";

    /// <summary>The name of <see cref="ConfusionCsv"/> in a report folder.</summary>
    public const string ConfusionName = "confusion.csv";

    /// <summary>
    /// Recall and precision with their intervals, one row a class in label order: the original's columns, the masterful's, then the changes with
    /// the intervals at which they were judged, corrected p and <see cref="Verdict"/>. What is undefined is an empty cell, as programs read it.
    /// </summary>
    public static string ClassesCsv(RunResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var csv = new StringBuilder();
        string[] figures = ["recall", "recall_low", "recall_high", "precision", "precision_low", "precision_high"];
        AppendRow(csv, ["class", "name", "support", .. figures.Select(f => "original_" + f), .. figures.Select(f => "masterful_" + f), .. Changes("recall"), .. Changes("precision")]);
        var changes = result.Comparison.Classes.Count == result.Original.Classes.Count ? result.Comparison.Classes : null;
        foreach (var (index, (original, masterful)) in result.Original.Classes.Zip(result.Masterful.Classes).Index())
        {
            AppendRow(csv,
            [
                Number(index), Text(original.Name), Number(original.Support), .. Measured(original), .. Measured(masterful),
                .. changes is null ? Enumerable.Repeat("", 10) : Changes(changes[index]),
            ]);
        }

        return csv.ToString();
    }

    /// <summary>
    /// How often each true class was taken for each other one, summed over the seeds, one row a pair in label order; pairs that
    /// neither model ever produced are left out.
    /// </summary>
    public static string ConfusionCsv(RunResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var csv = new StringBuilder();
        var names = result.Dataset.Classes;
        AppendRow(csv, ["true_class", "true_name", "predicted_class", "predicted_name", "original", "masterful"]);
        for (var truth = 0; truth < names.Count; truth++)
        {
            for (var predicted = 0; predicted < names.Count; predicted++)
            {
                var (original, masterful) = (Cell(result.Original, truth, predicted), Cell(result.Masterful, truth, predicted));
                if (original != 0 || masterful != 0)
                {
                    AppendRow(csv,
                    [
                        Number(truth), Text(names[truth]), Number(predicted), Text(names[predicted]), Number(original), Number(masterful),
                    ]);
                }
            }
        }

        return csv.ToString();
    }

    /// <summary>The name of <see cref="LabelsCsv"/> beside the spec.</summary>
    public const string LabelsName = "masterful-labels.csv";

    /// <summary>Labels that are likely wrong, one row an image, the surest first.</summary>
    public static string LabelsCsv(IEnumerable<LabelFinding> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        var csv = new StringBuilder();
        AppendRow(csv, ["rank", "split", "image", "given_label", "suggested_label", "given_probability", "suggested_probability", "score", "reason"]);
        foreach (var finding in findings)
        {
            AppendRow(csv,
            [
                Number(finding.Rank), finding.Split, Text(finding.Image), Text(finding.Given), Text(finding.Suggested),
                Rounded(finding.GivenProbability), Rounded(finding.SuggestedProbability), Rounded(finding.Score), Text(finding.Reason),
            ]);
        }

        return csv.ToString();
    }

    private static int Cell(ArmResult arm, int truth, int predicted) =>
        truth < arm.Confusion.Count && predicted < arm.Confusion[truth].Count ? arm.Confusion[truth][predicted] : 0;

    private static IEnumerable<string> Measured(ClassResult result) =>
    [
        Number(result.Recall), Number(result.RecallLow), Number(result.RecallHigh),
        Number(result.Precision), Number(result.PrecisionLow), Number(result.PrecisionHigh),
    ];

    private static IEnumerable<string> Changes(string measure) =>
        new[] { "change", "change_low", "change_high", "change_p", "verdict" }.Select(column => $"{measure}_{column}");

    private static IEnumerable<string> Changes(ClassChange change) =>
    [
        Number(change.RecallChange), Number(change.Low), Number(change.High), Number(change.P ?? double.NaN), change.Verdict ?? "",
        Number(change.PrecisionChange), Number(change.PrecisionLow), Number(change.PrecisionHigh), Number(change.PrecisionP ?? double.NaN), change.PrecisionVerdict ?? "",
    ];

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value) => double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : "";

    /// <summary>A probability, to as many digits as mean something.</summary>
    private static string Rounded(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    /// <summary>A text as a cell. The prefixes that spreadsheets take for a formula are those of OWASP's page on CSV injection.</summary>
    internal static string Text(string text)
    {
        var safe = text is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n', ..] ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static void AppendRow(StringBuilder csv, IEnumerable<string> cells) => csv.AppendJoin(',', cells).Append("\r\n");
}
