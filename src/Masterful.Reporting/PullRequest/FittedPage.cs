namespace Masterful.Reporting.PullRequest;

/// <summary>
/// A page of whole sections that keeps within a limit. No section takes more than half of it where it has a shorter form; while the page
/// is still too long, the least important section is replaced by its next shorter form, and left out when it has none. No section is
/// ever cut within. The last one added is the foot of the page.
/// </summary>
/// <param name="limit">The largest measure.</param>
/// <param name="measure">Of a text: characters or bytes.</param>
internal sealed class FittedPage(int limit, Func<string, int> measure)
{
    private readonly List<Section> _sections = [];

    /// <summary>Adds a section that always stays.</summary>
    public FittedPage Always(string text)
    {
        _sections.Add(new Section(int.MaxValue, "", [text]));
        return this;
    }

    /// <summary>Adds a section, unless it is empty.</summary>
    /// <param name="importance">The smallest goes first.</param>
    /// <param name="name">What a reader misses when it is left out.</param>
    /// <param name="forms">From the longest to the shortest.</param>
    public FittedPage Add(int importance, string name, params IReadOnlyList<string> forms)
    {
        if (forms.Count > 0 && forms[0].Length > 0)
        {
            _sections.Add(new Section(importance, name, forms));
        }

        return this;
    }

    /// <summary>The longest page within the limit.</summary>
    /// <exception cref="InvalidOperationException">What always stays is over the limit by itself.</exception>
    public override string ToString()
    {
        var chosen = _sections.ToDictionary(s => s, s => s.Forms.TakeWhile(f => measure(f) > limit / 2 && f != s.Forms[^1]).Count());
        var text = Join(chosen);
        while (measure(text) > limit)
        {
            var least = _sections.Where(s => s.Importance < int.MaxValue && chosen[s] < s.Forms.Count).MinBy(s => s.Importance)
                ?? throw new InvalidOperationException($"The page can't be brought under {limit}.");
            chosen[least]++;
            text = Join(chosen);
        }

        return text;
    }

    private string Join(Dictionary<Section, int> chosen)
    {
        var kept = _sections.Where(s => chosen[s] < s.Forms.Count).Select(s => s.Forms[chosen[s]].TrimEnd('\n')).ToList();
        var missed = _sections.Where(s => chosen[s] == s.Forms.Count).Select(s => s.Name).ToList();
        var note = missed.Count == 0 ? [] : new[] { $"Left out for length, and in the report: {string.Join(", ", missed)}." };
        return string.Join("\n\n", kept.SkipLast(1).Concat(note).Concat(kept.TakeLast(1))) + "\n";
    }

    private sealed record Section(int Importance, string Name, IReadOnlyList<string> Forms);
}
