using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Masterful.Core.Spec.Shapes;
using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec.Keys;

/// <summary>The keys of <c>model</c>.</summary>
internal static class ModelKeys
{
    private static readonly ModelSpec Defaults = new();

    private static readonly SpecKey<string?> Architecture = new(
        "architecture",
        new OptionalShape<string>(Choice.OfWords(Architectures.Names)),
        null,
        "An architecture of the zoo. Give this, or assembly and type, or torchscript.");

    private static readonly SpecKey<string?> Assembly = new(
        "assembly",
        new OptionalShape<string>(new PathShape("the path of an assembly")),
        null,
        "The model project's assembly, relative to this file; it holds the type that makes the model.");

    private static readonly SpecKey<string?> Type = new(
        "type", new OptionalShape<string>(new TextShape("the full name of a type")), null, "Full name of the IModelFactory in the assembly.");

    private static readonly SpecKey<string?> TorchScript = new(
        "torchscript", new OptionalShape<string>(new PathShape("the path of a file")), null, "A trainable TorchScript file, relative to this file.");

    private static readonly SpecKey<ImageShape> InputShape = new(
        "input_shape",
        new ImageShapeShape(),
        Defaults.InputShape,
        "Height, width and channels of what the model takes. Images of other sizes are resized; grey images become 3 channels.");

    private static readonly SpecKey<IReadOnlyDictionary<string, object>> Options = new(
        "options", new OptionsShape(), Defaults.Options, "Options of the architecture or the model factory.");

    /// <summary>The section.</summary>
    public static readonly SectionShape<ModelSpec> Section = new(
        [Architecture, Assembly, Type, TorchScript, InputShape, Options],
        s => new ModelSpec
        {
            Architecture = s.Read(Architecture),
            Assembly = s.Read(Assembly),
            Type = s.Read(Type),
            TorchScript = s.Read(TorchScript),
            InputShape = s.Read(InputShape),
            Options = s.Read(Options),
        });

    /// <summary>Three whole numbers: height, width, channels.</summary>
    private sealed class ImageShapeShape : Shape<ImageShape>
    {
        private static readonly IntegerShape Side = new(8, 1024);
        private static readonly ChoiceShape<int> Channels = new(("1", 1), ("3", 3));

        public override string Expected => "[height, width, channels], such as [32, 32, 3]";

        public override bool TryRead(SpecNode node, string path, SpecProblems problems, [MaybeNullWhen(false)] out ImageShape value)
        {
            value = default;
            if (node is not SpecList { Items.Count: 3 } list)
            {
                Wrong(node, path, problems);
                return false;
            }

            var right = Side.TryRead(list.Items[0], $"{path}.0", problems, out var height)
                & Side.TryRead(list.Items[1], $"{path}.1", problems, out var width)
                & Channels.TryRead(list.Items[2], $"{path}.2", problems, out var channels);
            value = new ImageShape(height, width, channels);
            return right;
        }

        public override JsonObject Schema() => new()
        {
            ["type"] = "array",
            ["prefixItems"] = SchemaParts.Array([Side.Schema(), Side.Schema(), new JsonObject { ["enum"] = SchemaParts.Array([1, 3]) }]),
            ["items"] = false,
            ["minItems"] = 3,
        };

        public override JsonNode? Write(ImageShape value) => SchemaParts.Array([value.Height, value.Width, value.Channels]);
    }

    /// <summary>Values under any name, since a factory has its own; the zoo's options are described to editors.</summary>
    private sealed class OptionsShape : Shape<IReadOnlyDictionary<string, object>>
    {
        private static readonly NamedValuesShape<object> Values = new(new FreeValueShape(), "a section of option names and values");

        public override string Expected => Values.Expected;

        public override bool TryRead(
            SpecNode node, string path, SpecProblems problems, [MaybeNullWhen(false)] out IReadOnlyDictionary<string, object> value) =>
            Values.TryRead(node, path, problems, out value);

        public override JsonObject Schema()
        {
            var schema = Values.Schema();
            schema["properties"] = new JsonObject(Architectures.All
                .SelectMany(a => a.Options)
                .DistinctBy(o => o.Name)
                .Select(o => KeyValuePair.Create(o.Name, (JsonNode?)new JsonObject { ["description"] = o.Description })));
            return schema;
        }
    }
}
