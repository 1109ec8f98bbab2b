namespace Masterful.Results;

/// <summary>What may be said of a change, as files have it; the words that people read are those of <see cref="VerdictText"/>.</summary>
public static class Verdict
{
    /// <summary>The change is an improvement, and its interval excludes 0.</summary>
    public const string Better = "better";

    /// <summary>The change is a loss, and its interval excludes 0.</summary>
    public const string Worse = "worse";

    /// <summary>Its interval includes 0: other images or other seeds could turn its sign.</summary>
    public const string WithinNoise = "within-noise";

    /// <summary>Both are one and the same model, so that nothing can differ.</summary>
    public const string Same = "same";

    /// <summary>There is no figure on one side, as 0 of 0 is none.</summary>
    public const string Undefined = "undefined";

    /// <summary>Of a change that is better the higher it is; null where its interval is not known, so that nothing may be said.</summary>
    /// <param name="change">The change.</param>
    /// <param name="low">Lower end of its interval.</param>
    /// <param name="high">Upper end of its interval.</param>
    public static string? Of(double? change, double? low, double? high) => (change, low, high) switch
    {
        (null or double.NaN, _, _) => Undefined,
        (_, null or double.NaN, _) or (_, _, null or double.NaN) => null,
        (_, > 0, _) => Better,
        (_, _, < 0) => Worse,
        (0, 0, 0) => Same,
        _ => WithinNoise,
    };

    /// <summary>Of a change that is better the lower it is, such as a loss's.</summary>
    public static string? OfFall(double? change, double? low, double? high) => Of(-change, -high, -low);
}
