using System.Globalization;

namespace Masterful.Core.Spec.Folders;

/// <summary>Names that are different texts and look the same, or nearly: what joins them, and how they differ.</summary>
internal static class LookAlikes
{
    /// <summary>Letters of other scripts that look like Latin ones in most fonts: Cyrillic and Greek.</summary>
    private const string Foreign = "\u0430a\u0441c\u0435e\u043Eo\u0440p\u0445x\u0443y\u0456i\u0458j\u0455s\u0410A\u0412B\u0415E\u041AK\u041CM\u041DH\u041EO\u0420P\u0421C\u0422T\u0425X"
        + "\u0391A\u0392B\u0395E\u0396Z\u0397H\u0399I\u039AK\u039CM\u039DN\u039FO\u03A1P\u03A4T\u03A5Y\u03A7X\u03BFo\u03BDv";

    private static readonly Dictionary<char, char> Latin = Foreign.Chunk(2).ToDictionary(p => p[0], p => p[1]);

    /// <summary>What each kind of difference is called, and what takes it away; in the order in which they are applied.</summary>
    private static readonly (string Words, Func<string, string> Without)[] Kinds =
    [
        ("how accents are written (composed or decomposed)", Decomposition.Of),
        ("characters that can't be seen", n => string.Concat(n.Where(c => !IsUnseen(c)))),
        ("spaces", n => string.Join(' ', n.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))),
        ("kinds of dashes", n => string.Concat(n.Select(c => c is >= '\u2010' and <= '\u2015' or '\u2212' ? '-' : c))),
        ("full-width characters", n => string.Concat(n.Select(c => c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - 0xFEE0) : c))),
        ("letters of another script", n => string.Concat(n.Select(c => Latin.GetValueOrDefault(c, c)))),
        (Case, n => n.ToLowerInvariant()),
        ("how a number is written", Number),
    ];

    /// <summary>The difference that may well be meant: letters are data sets' classes.</summary>
    private const string Case = "upper and lower case";

    /// <summary>Equal for all names that look alike.</summary>
    public static string Skeleton(string name) => Kinds.Aggregate(name, (n, kind) => kind.Without(n));

    /// <summary>What two names that look alike differ in, in words; null where they are equal or don't look alike.</summary>
    public static string? Difference(string one, string other)
    {
        if (one == other || Skeleton(one) != Skeleton(other))
        {
            return null;
        }

        // A kind matters when the names differ once all but it are taken away.
        var kinds = Kinds.Where(k => Without(one, k.Words) != Without(other, k.Words)).Select(k => k.Words).ToList();
        return kinds.Count == 0 ? "how they are written" : string.Join(" and ", kinds);
    }

    /// <summary>Whether two names differ in nothing but upper and lower case.</summary>
    public static bool IsCaseAlone(string one, string other) => one != other && string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>The first of some names that looks like this one and is another.</summary>
    public static string? Find(string name, IEnumerable<string> names)
    {
        var skeleton = Skeleton(name);
        return names.FirstOrDefault(n => n != name && Skeleton(n) == skeleton);
    }

    /// <summary>A name in quotes so that its difference from names that look the same can be seen: what is not plain ASCII as \uXXXX.</summary>
    public static string Spelled(string name) => $"'{string.Concat(name.Select(c => c is >= ' ' and <= '~' ? $"{c}" : $"\\u{(int)c:X4}"))}'";

    private static string Without(string name, string butFor) =>
        Kinds.Where(k => k.Words != butFor).Aggregate(name, (n, kind) => kind.Without(n));

    private static bool IsUnseen(char c) =>
        char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.Control && !char.IsWhiteSpace(c);

    private static string Number(string name) =>
        decimal.TryParse(name, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? (number / 1.000000000000000000000000000m).ToString(CultureInfo.InvariantCulture)
            : name;
}
