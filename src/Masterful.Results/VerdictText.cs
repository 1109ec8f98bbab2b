namespace Masterful.Results;

/// <summary>The words and signs of verdicts: every table, chart and message takes them from here. No sign stands for a colour alone.</summary>
internal static class VerdictText
{
    /// <summary>One character.</summary>
    public static string Sign(string? verdict) => verdict switch
    {
        Verdict.Better => "▲",
        Verdict.Worse => "▼",
        Verdict.WithinNoise => "≈",
        Verdict.Same => "=",
        Verdict.Undefined => Figures.Missing,
        _ => "",
    };

    /// <summary>In a word or two; empty where nothing may be said.</summary>
    public static string Word(string? verdict) => verdict switch
    {
        Verdict.Better => "better",
        Verdict.Worse => "worse",
        Verdict.WithinNoise => "within noise",
        Verdict.Same => "same",
        Verdict.Undefined => "undefined",
        _ => "",
    };

    /// <summary>Sign and word, for a cell of a table that is not to break.</summary>
    public static string Cell(string? verdict) => Word(verdict).Length == 0 ? "" : $"{Sign(verdict)} {Word(verdict)}".Replace(' ', '\u00A0');

    /// <summary>Of a bar of the waterfall: beyond noise from two standard errors on.</summary>
    public static string Of(AttributionStep step) => !step.Significant ? Verdict.WithinNoise : step.ValidationLossDelta < 0 ? Verdict.Better : Verdict.Worse;

    /// <summary>How many classes are what, in a sentence without a name; empty where nothing may be said of any.</summary>
    /// <param name="measure">Recall or Precision.</param>
    /// <param name="verdicts">One a class.</param>
    public static string Count(string measure, IReadOnlyCollection<string?> verdicts)
    {
        int Of(string verdict) => verdicts.Count(v => v == verdict);
        if (verdicts.Any(v => v is null))
        {
            return "";
        }

        var (same, undefined) = (Of(Verdict.Same), Of(Verdict.Undefined));
        return $"{measure} is better in {Of(Verdict.Better)} of {Figures.Count(verdicts.Count)} classes, worse in {Of(Verdict.Worse)}, and within noise in {Of(Verdict.WithinNoise)}"
            + (same > 0 ? $"; the same in {same}" : "") + (undefined > 0 ? $"; undefined in {undefined}" : "") + ".";
    }
}
