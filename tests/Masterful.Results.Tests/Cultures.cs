using System.Globalization;

namespace Masterful.Results.Tests;

/// <summary>How people elsewhere write numbers, made by hand: a machine without ICU has no culture but the invariant one.</summary>
internal static class Cultures
{
    public static IReadOnlyDictionary<string, CultureInfo> All { get; } = new Dictionary<string, CultureInfo>
    {
        ["German"] = Make(n => (n.NumberDecimalSeparator, n.PercentDecimalSeparator, n.NumberGroupSeparator, n.PercentPositivePattern) = (",", ",", ".", 0)),
        ["Turkish"] = Make(n => (n.NumberDecimalSeparator, n.PercentDecimalSeparator, n.NumberGroupSeparator, n.PercentPositivePattern) = (",", ",", ".", 2)),
        ["Swedish"] = Make(n => (n.NumberDecimalSeparator, n.PercentDecimalSeparator, n.NumberGroupSeparator, n.NegativeSign) = (",", ",", "\u00A0", "\u2212")),
        ["Arabic"] = Make(n => (n.NumberDecimalSeparator, n.PercentDecimalSeparator, n.PercentSymbol, n.NegativeSign, n.NaNSymbol) = ("\u066B", "\u066B", "\u066A", "\u061C-", "\u0644\u064A\u0633")),
    };

    /// <summary>What a function gives to a thread of a culture.</summary>
    public static T In<T>(string name, Func<T> function)
    {
        var (before, ui) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = All[name];
            return function();
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (before, ui);
        }
    }

    private static CultureInfo Make(Action<NumberFormatInfo> differ)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        differ(culture.NumberFormat);
        (culture.DateTimeFormat.ShortDatePattern, culture.DateTimeFormat.DateSeparator, culture.DateTimeFormat.TimeSeparator) = ("dd/MM/yyyy", ".", ".");
        return culture;
    }
}
