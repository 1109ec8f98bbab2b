using System.Globalization;
using System.Text.Json.Nodes;
using Masterful.Core.Spec;
using Xunit;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Masterful.Core.Tests.Spec;

public sealed class SpecSchemaTests
{
    private static readonly JsonSchemaValidator Validator = new(JsonNode.Parse(SpecSchema.Json())!.AsObject());

    /// <summary>Set MASTERFUL_UPDATE to write the file anew.</summary>
    [Fact]
    public void The_schema_in_the_repository_is_the_one_that_the_loader_reads_by()
    {
        var file = Path.Combine(RepositoryFolder.Path, "schemas", "masterful.schema.json");
        if (Environment.GetEnvironmentVariable("MASTERFUL_UPDATE") is { Length: > 0 })
        {
            File.WriteAllText(file, SpecSchema.Json());
        }

        Assert.Equal(SpecSchema.Json(), File.ReadAllText(file));
    }

    [Theory]
    [MemberData(nameof(SpecExamplesTests.Files), MemberType = typeof(SpecExamplesTests))]
    public void The_specs_of_the_repository_follow_it(string file) =>
        Assert.True(Validator.Accepts(Json(File.ReadAllText(Path.Combine(RepositoryFolder.Path, file)))));

    [Fact]
    public void Every_key_is_described()
    {
        var keys = 0;
        Walk(JsonNode.Parse(SpecSchema.Json())!);
        Assert.True(keys > 60, $"{keys} keys");

        void Walk(JsonNode node)
        {
            if (node is JsonObject map && map["properties"] is JsonObject properties)
            {
                foreach (var (name, property) in properties)
                {
                    keys++;
                    Assert.True(property!["description"]?.GetValue<string>().Length > 10 || name == "dataset", name);
                }
            }

            foreach (var child in node is JsonObject o ? o.Select(p => p.Value) : node as IEnumerable<JsonNode?> ?? [])
            {
                if (child is JsonObject or JsonArray)
                {
                    Walk(child);
                }
            }
        }
    }

    [Fact]
    public void Defaults_are_in_it()
    {
        var properties = JsonNode.Parse(SpecSchema.Json())!["properties"]!;

        Assert.Equal(30, properties["training"]!["properties"]!["epochs"]!["default"]!.GetValue<int>());
        Assert.Equal("auto", properties["training"]!["properties"]!["batch_size"]!["default"]!.GetValue<string>());
        Assert.Equal("sgd", properties["training"]!["properties"]!["optimizer"]!["default"]!.GetValue<string>());
        Assert.Equal("all", properties["policy"]!["properties"]!["techniques"]!["default"]!.GetValue<string>());
        Assert.Equal("none", properties["gate"]!["properties"]!["max_error_rate"]!["default"]!.GetValue<string>());
        Assert.Equal("[32,32,3]", properties["model"]!["properties"]!["input_shape"]!["default"]!.ToJsonString());
    }

    /// <summary>One description of keys: an editor accepts what the loader accepts, and marks what it refuses.</summary>
    [Theory]
    [InlineData("training: { epochs: 3 }", true)]
    [InlineData("training: { epochs: \"${EPOCHS:-3}\" }", true)]
    [InlineData("training: { epochs: '3' }", false)]
    [InlineData("training: { epochs: 0 }", false)]
    [InlineData("training: { epohcs: 3 }", false)]
    [InlineData("training: { batch_size: auto, learning_rate: 0.1 }", true)]
    [InlineData("training: { learning_rate: 0 }", false)]
    [InlineData("training: { optimizer: adam }", false)]
    [InlineData("training: [3]", false)]
    [InlineData("training:", true)]
    [InlineData("policy: { techniques: all }", true)]
    [InlineData("policy: { techniques: [hsv, rotate] }", true)]
    [InlineData("policy: { techniques: { exclude: [hsv] } }", true)]
    [InlineData("policy: { techniques: [] }", false)]
    [InlineData("policy: { techniques: rotate }", false)]
    [InlineData("policy: { techniques: { exclude: [mirror] } }", false)]
    [InlineData("policy: { budget: { time: 1h30m, ratio: none, trials: 3 } }", true)]
    [InlineData("policy: { budget: { time: 45 } }", false)]
    [InlineData("policy: { budget: { time: 30m1h } }", false)]
    [InlineData("gate: { error_rate_reduction: 10% }", true)]
    [InlineData("gate: { max_class_recall_drop: 2 points }", true)]
    [InlineData("gate: { max_class_recall_drop: 0.5 points, max_error_rate: none }", true)]
    [InlineData("gate: { max_error_rate: 10 }", false)]
    [InlineData("gate: { max_error_rate: 2 pints }", false)]
    [InlineData("report: { html: false }", true)]
    [InlineData("report: { html: 1 }", false)]
    [InlineData("runtime: { device: \"cuda:1\", workers: auto }", true)]
    [InlineData("runtime: { device: gpu }", false)]
    [InlineData("output: { formats: [onnx] }", false)]
    [InlineData("evaluation: { confidence: 0.9 }", true)]
    [InlineData("evaluation: { confidence: 1 }", false)]
    public void It_agrees_with_the_loader(string line, bool right)
    {
        using var folder = new SpecFolder();

        Assert.Equal(right, folder.Errors(SpecFolder.Valid + line).Count == 0);
        Assert.Equal(right, Validator.Accepts(Json(SpecFolder.Valid + line)));
    }

    private static JsonNode? Json(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return Json(stream.Documents[0].RootNode);
    }

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, Json(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value!),
        _ => ((YamlScalarNode)node).Value,
    };

    private static JsonNode? Plain(string text) => text switch
    {
        "" or "null" => null,
        "true" => true,
        "false" => false,
        _ when long.TryParse(text, CultureInfo.InvariantCulture, out var whole) => whole,
        _ when double.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
        _ => text,
    };
}
