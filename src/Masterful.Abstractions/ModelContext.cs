using System.Collections;
using System.Globalization;

namespace Masterful.Abstractions;

/// <summary>What a factory is told about the network that it should make.</summary>
/// <param name="ClassCount">Number of logits.</param>
/// <param name="InputShape">Shape of the images.</param>
/// <param name="Options">The <c>model.options</c> of the spec: string, long, double, bool, or lists of those.</param>
public sealed record ModelContext(int ClassCount, InputShape InputShape, IReadOnlyDictionary<string, object> Options)
{
    /// <summary>A whole number among the options, or <paramref name="fallback"/> when it is not given.</summary>
    /// <param name="name">Key in <c>model.options</c>.</param>
    /// <param name="fallback">The default.</param>
    /// <exception cref="ArgumentException">The option is something else; the message names it.</exception>
    public int Option(string name, int fallback) => Read(name, fallback, "a whole number", ToInt);

    /// <summary>A number among the options, or <paramref name="fallback"/> when it is not given.</summary>
    /// <inheritdoc cref="Option(string, int)"/>
    public double Option(string name, double fallback) => Read(name, fallback, "a number", ToDouble);

    /// <summary>true or false among the options, or <paramref name="fallback"/> when it is not given.</summary>
    /// <inheritdoc cref="Option(string, int)"/>
    public bool Option(string name, bool fallback) => Read(name, fallback, "true or false", value => value as bool?);

    /// <summary>A text among the options, or <paramref name="fallback"/> when it is not given.</summary>
    /// <inheritdoc cref="Option(string, int)"/>
    public string Option(string name, string fallback) =>
        Options.TryGetValue(name, out var value) ? value as string ?? throw Wrong(name, "a text", value) : fallback;

    /// <summary>A list of whole numbers among the options, or <paramref name="fallback"/> when it is not given.</summary>
    /// <inheritdoc cref="Option(string, int)"/>
    public IReadOnlyList<int> Option(string name, IReadOnlyList<int> fallback) => ReadList(name, fallback, "a list of whole numbers", ToInt);

    /// <summary>A list of numbers among the options, or <paramref name="fallback"/> when it is not given.</summary>
    /// <inheritdoc cref="Option(string, int)"/>
    public IReadOnlyList<double> Option(string name, IReadOnlyList<double> fallback) => ReadList(name, fallback, "a list of numbers", ToDouble);

    private T Read<T>(string name, T fallback, string kind, Func<object, T?> convert)
        where T : struct => Options.TryGetValue(name, out var value) ? convert(value) ?? throw Wrong(name, kind, value) : fallback;

    private IReadOnlyList<T> ReadList<T>(string name, IReadOnlyList<T> fallback, string kind, Func<object, T?> convert)
        where T : struct
    {
        if (!Options.TryGetValue(name, out var value))
        {
            return fallback;
        }

        var items = value is IEnumerable list and not string ? list.Cast<object>().ToList() : throw Wrong(name, kind, value);
        return [.. items.Select(item => convert(item) ?? throw Wrong(name, kind, value))];
    }

    private static int? ToInt(object value) => value switch
    {
        int number => number,
        long number and >= int.MinValue and <= int.MaxValue => (int)number,
        _ => null,
    };

    private static double? ToDouble(object value) => value is int or long or float or double ? Convert.ToDouble(value, CultureInfo.InvariantCulture) : null;

    private static ArgumentException Wrong(string name, string kind, object value)
    {
        var text = value is IEnumerable list and not string ? $"[{string.Join(", ", list.Cast<object>())}]" : value.ToString();
        return new ArgumentException($"The option '{name}' must be {kind}, but is '{text}'.");
    }
}

/// <summary>Height, width and channels.</summary>
public readonly record struct InputShape(int Height, int Width, int Channels);
