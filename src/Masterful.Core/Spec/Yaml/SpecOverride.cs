namespace Masterful.Core.Spec.Yaml;

/// <summary>A <c>--set key.path=value</c>, laid over what the file says.</summary>
internal static class SpecOverride
{
    /// <summary>The file name in positions of what comes from the command line.</summary>
    public const string Origin = "--set";

    private static readonly SourcePosition Place = new(Origin);

    /// <summary>The tree with the override in it; a malformed one is a problem and changes nothing.</summary>
    public static SpecMap Apply(SpecMap root, string text, VariableSubstitution variables, SpecProblems problems)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var path = equals < 0 ? [] : text[..equals].Trim().Split('.');
        if (path.Length is 0 or > YamlTreeReader.MaximumDepth || path.Any(p => p.Length == 0))
        {
            problems.Error(SpecDiagnostics.Override, Place, $"'{(equals < 0 ? text : text[..equals])}' is not key.path=value, such as training.epochs=10.");
            return root;
        }

        var before = problems.ErrorCount;
        var value = new YamlTreeReader(_ => Place, variables, problems).Read(text[(equals + 1)..]);
        return problems.ErrorCount > before ? root : Set(root, path, value ?? new SpecScalar(Place, "", true, ""));
    }

    private static SpecMap Set(SpecMap map, ReadOnlySpan<string> path, SpecNode value)
    {
        if (path.Length == 1)
        {
            return map.With(new SpecEntry(path[0], Place, value));
        }

        var below = map.Find(path[0]);
        var section = below?.Value as SpecMap ?? new SpecMap(Place, []);
        return map.With(new SpecEntry(path[0], below?.Position ?? Place, Set(section, path[1..], value)));
    }
}
