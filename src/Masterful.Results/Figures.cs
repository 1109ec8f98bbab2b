using System.Globalization;

namespace Masterful.Results;

/// <summary>
/// Figures as people read them, the same in messages, terminal, tables and charts whatever the culture; what is undefined or was not
/// measured is <c>–</c>. A figure that rounds to 0 has no sign.
/// </summary>
internal static class Figures
{
    /// <summary>Stands for a figure that there is not: undefined, as 0 of 0, or not measured.</summary>
    public const string Missing = "–";

    /// <summary>0.0732 → <c>7.32%</c>.</summary>
    public static string Percent(double? share, int digits = 2) =>
        share is { } value && double.IsFinite(value) ? Number(value * 100, digits) + "%" : Missing;

    /// <summary>0.1 → <c>10%</c>, with at most <paramref name="digits"/> digits after the point.</summary>
    public static string ShortPercent(double? share, int digits = 2) =>
        share is { } value && double.IsFinite(value) ? Short(value * 100, digits) + "%" : Missing;

    /// <summary>−0.034 → <c>−3.4%</c>, a relative change with its sign.</summary>
    public static string SignedPercent(double? change, int digits = 1) =>
        change is { } value && double.IsFinite(value) ? Signed(value * 100, digits) + "%" : Missing;

    /// <summary>0.02 → <c>2 points</c>, a difference of shares with at most two digits after the point.</summary>
    public static string ShortPoints(double? change) =>
        change is { } value && double.IsFinite(value) ? Short(value * 100, 2) + " points" : Missing;

    /// <summary>0.021 → <c>+2.10</c>, in percentage points.</summary>
    public static string Points(double? change, int digits = 2) =>
        change is { } value && double.IsFinite(value) ? Signed(value * 100, digits) : Missing;

    /// <summary>0.021 → <c>2.10</c>, a size in percentage points.</summary>
    public static string PointsOf(double? size) => size is { } value && double.IsFinite(value) ? Number(value * 100, 2) : Missing;

    /// <summary>0.31421 → <c>0.3142</c>.</summary>
    public static string Loss(double? loss) => loss is { } value && double.IsFinite(value) ? Number(value, 4) : Missing;

    /// <summary>−0.0616 → <c>−0.0616</c>, with its sign.</summary>
    public static string LossChange(double? change) => change is { } value && double.IsFinite(value) ? Signed(value, 4) : Missing;

    /// <summary>60000 → <c>60,000</c>.</summary>
    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>24310000 → <c>24.3 M</c>.</summary>
    public static string Amount(double amount) => amount switch
    {
        >= 1e9 => Number(amount / 1e9, 1) + " G",
        >= 1e6 => Number(amount / 1e6, 1) + " M",
        >= 1e4 => Number(amount / 1e3, 1) + " k",
        _ => Number(amount, 0),
    };

    /// <summary>A value with at most <paramref name="digits"/> digits after the point and no trailing zeros.</summary>
    public static string Short(double value, int digits = 3) =>
        double.IsFinite(value) ? Minus(value.ToString("0." + new string('#', digits), CultureInfo.InvariantCulture)) : Missing;

    /// <summary>3725 s → <c>1 h 2 min</c>.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        double.NaN or < 0 => Missing,
        < 60 => Number(seconds, seconds < 10 ? 1 : 0) + " s",
        < 3600 => $"{(int)(seconds / 60)} min {(int)(seconds % 60)} s",
        _ => $"{Count((long)(seconds / 3600))} h {(int)(seconds % 3600 / 60)} min",
    };

    /// <summary>Fixed digits, with a true minus.</summary>
    public static string Number(double value, int digits) => Minus(value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));

    private static string Signed(double value, int digits)
    {
        var text = Number(Math.Abs(value), digits);
        return text.AsSpan().IndexOfAnyInRange('1', '9') < 0 ? text : (value < 0 ? "−" : "+") + text;
    }

    private static string Minus(string number)
    {
        var negative = number.StartsWith('-');
        return negative ? (number.AsSpan().IndexOfAnyInRange('1', '9') < 0 ? number[1..] : "−" + number[1..]) : number;
    }
}
