namespace Masterful.Core.Spec;

/// <summary>
/// What of a spec came from the environment, which may be secret: in all that is published it stands as it is written in the spec,
/// <c>${NAME}</c>.
/// </summary>
public sealed class EnvironmentValues
{
    /// <summary>Shorter values stand in other words by chance; whole values of keys are hidden whatever their length.</summary>
    private const int ShortestInText = 6;

    private readonly IReadOnlyDictionary<string, string> _written;
    private readonly IReadOnlyList<KeyValuePair<string, string>> _values;

    /// <summary>Values and where they stand.</summary>
    /// <param name="written">What the file has for each key, by dotted path, that holds a value of the environment.</param>
    /// <param name="values">The references, such as <c>${NAME}</c>, by the values that stood for them.</param>
    internal EnvironmentValues(IReadOnlyDictionary<string, string> written, IReadOnlyDictionary<string, string> values)
    {
        _written = written;
        _values = [.. values.Where(v => v.Key.Length >= ShortestInText).OrderByDescending(v => v.Key.Length).ThenBy(v => v.Key, StringComparer.Ordinal)];
    }

    /// <summary>Nothing came from the environment.</summary>
    public static EnvironmentValues None { get; } = new(new Dictionary<string, string>(), new Dictionary<string, string>());

    /// <summary>The value of a key as it is published.</summary>
    /// <param name="key">Its dotted path.</param>
    /// <param name="value">What it is.</param>
    public string Published(string key, string value) => _written.GetValueOrDefault(key) ?? Hide(value);

    /// <summary>A sentence or a path without the values that stand in it.</summary>
    public string Hide(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _values.Aggregate(text, (hidden, value) => hidden.Replace(value.Key, value.Value, StringComparison.Ordinal));
    }
}
