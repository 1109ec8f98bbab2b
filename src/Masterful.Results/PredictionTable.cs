using System.Globalization;

namespace Masterful.Results;

/// <summary>
/// Predictions as a table, one line an image: RFC 4180, figures with a decimal point whatever the culture, an empty cell for what there is
/// not. An image that could not be read has a line with the reason in <c>error</c>, so that there are as many lines as images.
/// </summary>
public static class PredictionTable
{
    /// <summary>The names of the columns: those of the probabilities are the classes' with <c>p_</c> before them, which no other column has.</summary>
    public static string Header(IReadOnlyList<string> classes) =>
        Line(["image", "label", "confidence", "error", .. classes.Select(c => ResultTables.Text("p_" + c))]);

    /// <summary>The line of an image.</summary>
    public static string Row(string image, string label, double confidence, IReadOnlyList<double> probabilities) =>
        Line([ResultTables.Text(image), ResultTables.Text(label), Rounded(confidence), "", .. probabilities.Select(Rounded)]);

    /// <summary>The line of an image that could not be read.</summary>
    public static string FailedRow(string image, string error, int classes) =>
        Line([ResultTables.Text(image), "", "", ResultTables.Text(error), .. Enumerable.Repeat("", classes)]);

    private static string Line(IEnumerable<string> cells) => string.Join(',', cells);

    private static string Rounded(double value) => double.IsFinite(value) ? value.ToString("0.######", CultureInfo.InvariantCulture) : "";
}
