namespace Masterful.Core.Spec;

/// <summary>Finds what someone probably meant.</summary>
public static class NearestName
{
    /// <summary>
    /// The name at the smallest edit distance (insertions, deletions, replacements and swaps of neighbours: optimal string
    /// alignment), or null when none is near: more than a third of the letters would have to change.
    /// </summary>
    public static string? Find(string written, IEnumerable<string> names)
    {
        var word = Normalize(written);
        var (best, distance) = names
            .Select(n => (Name: n, Distance: Distance(word, Normalize(n))))
            .OrderBy(c => c.Distance).ThenBy(c => c.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        return best is not null && distance < word.Length && distance <= Math.Max(1, Math.Max(word.Length, best.Length) / 3) ? best : null;
    }

    /// <summary>The end of a message: <c>; did you mean 'epochs'?</c>, or a full stop.</summary>
    public static string Question(string written, IEnumerable<string> names) =>
        Find(written, names) is { } name ? $"; did you mean '{name}'?" : ".";

    private static string Normalize(string name) => (name.Length > 64 ? name[..64] : name).ToLowerInvariant().Replace('-', '_');

    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(replaced, 1 + Math.Min(d[i - 1, j], d[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
