using Masterful.Results;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Masterful.Core.Spec.Yaml;

/// <summary>
/// Reads one YAML document into nodes that know their place, from the parser's events, so that every error in a file can be told and
/// nothing is built beyond the limits: depth, and number of nodes with aliases expanded.
/// </summary>
/// <param name="place">Where a mark of the parser is for the user.</param>
/// <param name="variables">Replaces variables in values.</param>
/// <param name="problems">Takes what is wrong.</param>
internal sealed class YamlTreeReader(Func<Mark, SourcePosition> place, VariableSubstitution variables, SpecProblems problems)
{
    /// <summary>Sections and lists inside each other.</summary>
    public const int MaximumDepth = 32;

    /// <summary>Values in a file, aliases expanded.</summary>
    public const int MaximumNodes = 10_000;

    private readonly Dictionary<string, SpecNode> _anchors = new(StringComparer.Ordinal);
    private Parser _parser = new(TextReader.Null);
    private int _nodes;

    /// <summary>The document's root, or null when there is none or it can't be parsed (the problems say why).</summary>
    public SpecNode? Read(string text)
    {
        try
        {
            _parser = new Parser(new StringReader(text));
            _parser.Consume<StreamStart>();
            if (!_parser.TryConsume<DocumentStart>(out _))
            {
                return null;
            }

            var root = Node(1);
            _parser.Consume<DocumentEnd>();
            if (_parser.TryConsume<DocumentStart>(out var second))
            {
                problems.Error(SpecDiagnostics.YamlSyntax, place(second.Start), "a second document begins here; a spec is one document.");
            }

            return root;
        }
        catch (LimitException e)
        {
            problems.Error(SpecDiagnostics.YamlTooLarge, place(e.Start), Cause.Of(e));
        }
        catch (YamlException e)
        {
            var tab = IndentingTab(text, (int)e.Start.Line);
            problems.Error(
                SpecDiagnostics.YamlSyntax,
                place(tab ?? e.Start),
                tab is null ? $"not valid YAML: {Sentence(Cause.Of(e))}" : "a tab stands in the indentation; indent with spaces.");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The scanner was not made for such a text: among others, a map in braces that goes on at the next line's key, or a key of nothing.
            problems.Error(
                SpecDiagnostics.YamlSyntax,
                place(_parser.Current?.End ?? Mark.Empty),
                "not valid YAML: nothing that makes sense follows here; look for a bracket or a brace before it that is not closed.");
        }

        return null;
    }

    private SpecNode Node(int depth)
    {
        var start = _parser.Current!.Start;
        if (depth > MaximumDepth)
        {
            throw new LimitException(start, $"nested more than {MaximumDepth} levels deep.");
        }

        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return Expand(alias);
        }

        Count(1, start);
        var anchor = ((NodeEvent)_parser.Current!).Anchor;
        SpecNode node = _parser.Current switch
        {
            MappingStart => Map(depth),
            SequenceStart => List(depth),
            _ => Scalar(_parser.Consume<Scalar>()),
        };
        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = node;
        }

        return node;
    }

    private SpecMap Map(int depth)
    {
        var start = _parser.Consume<MappingStart>().Start;
        var entries = new List<SpecEntry>();
        var first = new Dictionary<string, SourcePosition>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var at = _parser.Current!.Start;
            if (!_parser.TryConsume<Scalar>(out var key))
            {
                throw new YamlException(at, at, "A key must be a single word.");
            }

            var entry = new SpecEntry(key.Value, place(at), Node(depth + 1));
            if (!first.TryAdd(entry.Key, entry.Position))
            {
                var where = first[entry.Key].Line > 0 ? $" (first in line {first[entry.Key].Line})" : "";
                problems.Error(SpecDiagnostics.DuplicateKey, entry.Position, $"'{entry.Key}' stands twice in this section{where}; remove one.");
                continue;
            }

            entries.Add(entry);
        }

        return new SpecMap(place(start), entries);
    }

    private SpecList List(int depth)
    {
        var start = _parser.Consume<SequenceStart>().Start;
        var items = new List<SpecNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Node(depth + 1));
        }

        return new SpecList(place(start), items);
    }

    private SpecScalar Scalar(Scalar scalar)
    {
        var position = place(scalar.Start);
        var outcome = variables.Apply(scalar.Value);
        if (outcome.Problem is { } problem)
        {
            problems.Error(SpecDiagnostics.Variable, position, problem);
        }

        var plain = scalar.Style == ScalarStyle.Plain || outcome.HasReferences;
        return new SpecScalar(position, outcome.Text, plain, outcome.HasValues ? scalar.Value : outcome.Text, outcome.Problem is not null);
    }

    private SpecNode Expand(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var node))
        {
            throw new YamlException(alias.Start, alias.End, $"The alias '*{alias.Value.Value}' refers to nothing before it.");
        }

        Count(node.Size, alias.Start);
        return node;
    }

    private void Count(int nodes, Mark at)
    {
        _nodes += nodes;
        if (_nodes > MaximumNodes)
        {
            throw new LimitException(at, $"more than {MaximumNodes} values, aliases expanded; a spec has some dozens.");
        }
    }

    /// <summary>
    /// The first tab in an indentation from where the parser stumbled: YAML knows none, and the parser's own words blame the section
    /// around it.
    /// </summary>
    private static Mark? IndentingTab(string text, int first)
    {
        var lines = text.Split('\n');
        for (var line = Math.Max(1, first); line <= lines.Length; line++)
        {
            var tab = lines[line - 1].IndexOf('\t', StringComparison.Ordinal);
            if (tab >= 0 && string.IsNullOrWhiteSpace(lines[line - 1][..tab]))
            {
                return new Mark(0, line, tab + 1);
            }
        }

        return null;
    }

    private static string Sentence(string message)
    {
        var text = message.ReplaceLineEndings(" ").Trim();
        return text.Length == 0 ? "it can't be parsed." : char.ToLowerInvariant(text[0]) + text[1..].TrimEnd('.') + ".";
    }

    private sealed class LimitException(Mark start, string message) : Exception(message)
    {
        public Mark Start { get; } = start;
    }
}
