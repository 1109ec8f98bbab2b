using System.Text;

namespace Masterful.Core.Spec.Yaml;

/// <summary>
/// Replaces <c>${NAME}</c> and <c>${NAME:-default}</c> by environment variables, as a shell does: the default also stands in for an
/// empty variable. <c>$${</c> is a literal <c>${</c>.
/// </summary>
/// <param name="environment">The value of a variable, or null when it is not set.</param>
internal sealed class VariableSubstitution(Func<string, string?> environment)
{
    /// <summary>What came of a text.</summary>
    /// <param name="Text">With variables replaced.</param>
    /// <param name="HasReferences">Whether it had references at all.</param>
    /// <param name="HasValues">Whether it holds values from the environment, which no message may show.</param>
    /// <param name="Problem">What is wrong, or null.</param>
    internal readonly record struct Outcome(string Text, bool HasReferences, bool HasValues, string? Problem);

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>The references, such as <c>${NAME}</c>, by the values of the environment that stood for them.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Replaces all references in a text.</summary>
    public Outcome Apply(string text)
    {
        if (!text.Contains("${", StringComparison.Ordinal))
        {
            return new Outcome(text, false, false, null);
        }

        var result = new StringBuilder();
        var (references, values) = (false, false);
        for (var at = 0; at < text.Length;)
        {
            var rest = text.AsSpan(at);
            if (rest.StartsWith("$${", StringComparison.Ordinal))
            {
                result.Append("${");
                at += 3;
            }
            else if (rest.StartsWith("${", StringComparison.Ordinal))
            {
                var end = rest.IndexOf('}');
                if (end < 0)
                {
                    return Failed("'${' is not closed by '}'; a literal '${' is written '$${'.");
                }

                var (value, fromEnvironment, problem) = Resolve(rest[2..end].ToString());
                if (problem is not null)
                {
                    return Failed(problem);
                }

                (references, values) = (true, values || fromEnvironment);
                if (fromEnvironment && value.Length > 0)
                {
                    _values[value] = rest[..(end + 1)].ToString();
                }

                result.Append(value);
                at += end + 1;
            }
            else
            {
                result.Append(rest[0]);
                at++;
            }
        }

        return new Outcome(result.ToString(), references, values, null);

        Outcome Failed(string problem) => new(text, true, true, problem);
    }

    private (string Value, bool FromEnvironment, string? Problem) Resolve(string reference)
    {
        var mark = reference.IndexOf(":-", StringComparison.Ordinal);
        var name = mark < 0 ? reference : reference[..mark];
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            return ("", false, $"'${{{reference}}}' is not a reference to an environment variable; write ${{NAME}} or ${{NAME:-default}}.");
        }

        return (environment(name), mark) switch
        {
            ({ Length: > 0 } value, _) => (value, true, null),
            (_, >= 0) => (reference[(mark + 2)..], false, null),
            ({ }, _) => ("", true, null),
            _ => ("", false, $"the environment variable '{name}' is not set; set it, or give a default: ${{{name}:-default}}."),
        };
    }
}
