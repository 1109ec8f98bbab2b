namespace Masterful.Core.Spec.Yaml;

/// <summary>A value in a spec file, with its place.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Size">Number of nodes in it, itself included, aliases expanded.</param>
internal abstract record SpecNode(SourcePosition Position, int Size);

/// <summary>A single value.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Text">The value, environment variables replaced.</param>
/// <param name="IsPlain">Whether it may be read as something else than text: not quoted, or the value of a variable.</param>
/// <param name="Shown">What messages show of it: the text, or as it is written where it holds the value of a variable.</param>
/// <param name="IsUnresolved">Whether a variable in it is not set, which is a problem already told.</param>
internal sealed record SpecScalar(SourcePosition Position, string Text, bool IsPlain, string Shown, bool IsUnresolved = false)
    : SpecNode(Position, 1)
{
    /// <summary>Whether nothing was given: <c>key:</c> with nothing after it, <c>null</c> or <c>~</c>.</summary>
    public bool IsEmpty => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";
}

/// <summary>A list.</summary>
internal sealed record SpecList(SourcePosition Position, IReadOnlyList<SpecNode> Items)
    : SpecNode(Position, 1 + Items.Sum(i => i.Size));

/// <summary>A section: keys and their values, each key once.</summary>
internal sealed record SpecMap(SourcePosition Position, IReadOnlyList<SpecEntry> Entries)
    : SpecNode(Position, 1 + Entries.Sum(e => e.Value.Size))
{
    /// <summary>The entry of a key, or null.</summary>
    public SpecEntry? Find(string key) => Entries.FirstOrDefault(e => e.Key == key);

    /// <summary>The same section with an entry replaced, or added at the end.</summary>
    public SpecMap With(SpecEntry entry) => Find(entry.Key) is null
        ? new SpecMap(Position, [.. Entries, entry])
        : new SpecMap(Position, [.. Entries.Select(e => e.Key == entry.Key ? entry : e)]);
}

/// <summary>A key with its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Position">Where the key begins.</param>
/// <param name="Value">Its value.</param>
internal sealed record SpecEntry(string Key, SourcePosition Position, SpecNode Value);
