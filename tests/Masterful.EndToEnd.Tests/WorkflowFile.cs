using YamlDotNet.RepresentationModel;

namespace Masterful.EndToEnd.Tests;

/// <summary>A workflow or an action of this repository, as GitHub reads it.</summary>
internal sealed class WorkflowFile
{
    public WorkflowFile(string path)
    {
        var yaml = new YamlStream();
        using var reader = new StreamReader(path);
        yaml.Load(reader);
        Root = (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    /// <summary>Every workflow and action, relative to the checkout.</summary>
    public static IEnumerable<string> All => new[] { "workflows", "actions" }
        .SelectMany(f => Directory.EnumerateFiles(Path.Combine(ToolProcess.Root, ".github", f), "*.yml", SearchOption.AllDirectories))
        .Select(f => Path.GetRelativePath(ToolProcess.Root, f)).Order(StringComparer.Ordinal);

    public YamlMappingNode Root { get; }

    /// <summary>The steps of an action, or of all jobs.</summary>
    public IEnumerable<YamlMappingNode> Steps => (Root.Children.TryGetValue("runs", out var runs)
        ? ((YamlSequenceNode)runs["steps"]).Children
        : ((YamlMappingNode)Root["jobs"]).Children.Values.SelectMany(j => ((YamlSequenceNode)j["steps"]).Children)).Cast<YamlMappingNode>();

    public static string? Text(YamlMappingNode step, string key) => step.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;

    /// <summary>An action's inputs with their defaults.</summary>
    public Dictionary<string, string> Defaults() => ((YamlMappingNode)Root["inputs"]).Children
        .ToDictionary(i => ((YamlScalarNode)i.Key).Value!, i => Text((YamlMappingNode)i.Value, "default") ?? "");
}
