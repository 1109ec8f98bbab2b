using Masterful.Core.Spec.Shapes;

namespace Masterful.Core.Spec.Yaml;

/// <summary>A parsed spec by dotted path: what is written, and where.</summary>
internal sealed class SpecDocument
{
    private readonly Dictionary<string, SpecNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SourcePosition> _positions = new(StringComparer.Ordinal);

    /// <summary>Walks a tree.</summary>
    public SpecDocument(SpecMap root)
    {
        Root = root;
        Walk("", root);
    }

    /// <summary>The whole.</summary>
    public SpecMap Root { get; }

    /// <summary>Where each key and each item of a list (<c>dataset.splits.train.0</c>) stands.</summary>
    public IReadOnlyDictionary<string, SourcePosition> Positions => _positions;

    /// <summary>What is written at a path, or null.</summary>
    public SpecNode? Find(string path) => _nodes.GetValueOrDefault(path);

    /// <summary>Whether a key is written.</summary>
    public bool Has(string path) => _nodes.ContainsKey(path);

    /// <summary>The text at a path as messages may show it, or null when there is none.</summary>
    public string? Shown(string path) => (Find(path) as SpecScalar)?.Shown;

    /// <summary>What is written, by dotted path, where a value of the environment stands in its place.</summary>
    public IReadOnlyDictionary<string, string> Written => _nodes
        .Where(n => n.Value is SpecScalar scalar && scalar.Shown != scalar.Text)
        .ToDictionary(n => n.Key, n => ((SpecScalar)n.Value).Shown, StringComparer.Ordinal);

    private void Walk(string path, SpecNode node)
    {
        switch (node)
        {
            case SpecMap map:
                foreach (var entry in map.Entries)
                {
                    Visit(SectionShape.Join(path, entry.Key), entry.Position, entry.Value);
                }

                break;
            case SpecList list:
                foreach (var (index, item) in list.Items.Index())
                {
                    Visit($"{path}.{index}", item.Position, item);
                }

                break;
        }
    }

    private void Visit(string path, SourcePosition position, SpecNode node)
    {
        _positions[path] = position;
        _nodes[path] = node;
        Walk(path, node);
    }
}
