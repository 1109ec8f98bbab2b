using System.Globalization;

namespace Masterful.Core.Data.Readers;

/// <summary>The order of classes that come as names: by number when all are numbers, else by code point.</summary>
internal static class ClassOrder
{
    public static string[] Sort(IEnumerable<string> names)
    {
        var distinct = names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        return distinct.All(n => Number(n) is not null) ? [.. distinct.OrderBy(n => Number(n)!.Value)] : distinct;
    }

    private static decimal? Number(string name) =>
        decimal.TryParse(name, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
