using System.Reflection;
using System.Runtime.InteropServices;

namespace Masterful.Results;

/// <summary>
/// What an exception says, for people, in one line: with all that it wraps. Wrappers that say nothing of their own (a type's initializer, a
/// task, reflection) are passed over, and nothing is said twice.
/// </summary>
public static class Cause
{
    private const int MostDepth = 16;
    private const int MostSides = 3;
    private const int MostLength = 2000;

    /// <summary>The sentence: <c>outer: what it wraps: …</c></summary>
    /// <param name="exception">What was thrown.</param>
    public static string Of(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return Text(exception, typed: false, MostDepth);
    }

    /// <summary>The same for what nobody foresaw: each with its type, <c>InvalidOperationException: outer: FormatException: …</c></summary>
    /// <param name="exception">What was thrown.</param>
    public static string Named(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return Text(exception, typed: true, MostDepth);
    }

    /// <summary>The exceptions that wrappers hide, one for each side of a group of tasks; an exception that is no wrapper is its own.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <returns>At least one.</returns>
    public static IReadOnlyList<Exception> Unwrap(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return [.. Sides(exception, MostDepth)];
    }

    private static IEnumerable<Exception> Sides(Exception exception, int depth) => depth == 0 ? [exception] : exception switch
    {
        AggregateException { InnerExceptions: { Count: > 0 } inner } => inner.SelectMany(e => Sides(e, depth - 1)),
        TypeInitializationException or TargetInvocationException when exception.InnerException is { } inner => Sides(inner, depth - 1),
        _ => [exception],
    };

    private static string Text(Exception exception, bool typed, int depth)
    {
        var sides = Sides(exception, depth).Select(e => Chain(e, typed, depth)).Distinct().ToList();
        var text = string.Join("; ", sides.Take(MostSides)) + (sides.Count > MostSides ? $"; and {sides.Count - MostSides} more" : "");
        return text.Length > MostLength ? text[..MostLength] + "…" : text;
    }

    private static string Chain(Exception exception, bool typed, int depth)
    {
        var own = Own(exception);
        var text = typed ? $"{exception.GetType().Name}: {own}" : own;
        if (depth <= 1 || exception.InnerException is not { } inner)
        {
            return text;
        }

        var below = Text(inner, typed, depth - 1);
        return Sides(inner, depth).All(e => own.Contains(FirstSentence(Own(e)), StringComparison.OrdinalIgnoreCase)) ? text : $"{text.TrimEnd('.')}: {below}";
    }

    /// <summary>Enough to know it again: System.Text.Json's outer message has the inner one's words with more between them.</summary>
    private static string FirstSentence(string text) => text.Split(". ", 2)[0].TrimEnd('.');

    /// <summary>The message in one line. libtorch's goes on with a stack of its own, and .NET's points at an exception that is told anyway.</summary>
    private static string Own(Exception exception)
    {
        var message = exception.GetType() == typeof(ExternalException) ? exception.Message.Split('\n', 2)[0] : exception.Message;
        var line = string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace(", see inner exception", "", StringComparison.Ordinal);
        return line.Length == 0 ? exception.GetType().Name : line;
    }
}
