using System.Text.Json;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Models;

/// <summary>The content of a saved model's <c>model.json</c>: how to make the network again and what its outputs mean. Fields are only ever added.</summary>
internal sealed record ModelFile
{
    /// <summary>Name of the file in the model's folder.</summary>
    public const string Name = "model.json";

    private const int CurrentSchema = 1;
    private const long MaximumLength = 16 << 20;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
    };

    /// <summary>Version of this layout.</summary>
    public int SchemaVersion { get; init; } = CurrentSchema;

    /// <summary>Engine that wrote the file.</summary>
    public required string EngineVersion { get; init; }

    /// <summary>A name of the zoo, or null.</summary>
    public string? Architecture { get; init; }

    /// <summary>Path of a model project's assembly, relative to the model's folder where possible, or null.</summary>
    public string? Assembly { get; init; }

    /// <summary>The <c>IModelFactory</c> in it, or null.</summary>
    public string? Type { get; init; }

    /// <summary>Name of the TorchScript file in the model's folder, or null.</summary>
    public string? TorchScript { get; init; }

    /// <summary>Height, width, channels.</summary>
    public required IReadOnlyList<int> InputShape { get; init; }

    /// <summary>What transparent images are put on: white or black; null where their transparency is dropped.</summary>
    public string? Background { get; init; }

    /// <summary>Options of the architecture or factory.</summary>
    public IReadOnlyDictionary<string, object> Options { get; init; } = new Dictionary<string, object>();

    /// <summary>Class names in the order of the logits.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Divides the logits before the softmax, so that confidences are calibrated.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>SHA-256 of the weights file.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>Whatever else is worth knowing: the policy's name, error rates.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Reads the file of a folder.</summary>
    /// <exception cref="DiagnosticException">It is missing, too large, not JSON, or lacks something.</exception>
    public static ModelFile Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        try
        {
            if (new FileInfo(path).Length > MaximumLength)
            {
                throw NotValid(path, $"it is larger than {MaximumLength} bytes");
            }

            var file = JsonSerializer.Deserialize<ModelFile>(File.ReadAllText(path), Json) ?? throw NotValid(path, "it is empty");
            return file.Checked(path) with { Options = file.Options.ToDictionary(o => o.Key, o => OptionValue((JsonElement)o.Value)) };
        }
        catch (Exception e) when (e is JsonException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw NotValid(path, Cause.Of(e).TrimEnd('.'));
        }
    }

    /// <summary>Writes the file into a folder, whole or not at all.</summary>
    public void Write(string folder) => AtomicFile.Write(Path.Combine(folder, Name), JsonSerializer.SerializeToUtf8Bytes(this, Json));

    /// <summary>The <c>model</c> section that makes the network again.</summary>
    public ModelSpec ToSpec(string folder) => new()
    {
        Architecture = Architecture,
        Assembly = Assembly is null ? null : Path.GetFullPath(Assembly, folder),
        Type = Type,
        TorchScript = TorchScript is null ? null : Path.Combine(folder, TorchScript),
        InputShape = new ImageShape(InputShape[0], InputShape[1], InputShape[2]),
        Options = Options,
    };

    private ModelFile Checked(string path)
    {
        var problem = this switch
        {
            { SchemaVersion: not CurrentSchema } => $"it has schemaVersion {SchemaVersion}, and this engine reads {CurrentSchema}",
            { InputShape: not [> 0 and <= 16_384, > 0 and <= 16_384, 1 or 3] } => "inputShape must be height, width and 1 or 3 channels",
            { Classes.Count: 0 } => "it has no classes",
            { Background: not (null or "white" or "black") } => "background must be white or black",
            { Temperature: not (> 0 and < double.PositiveInfinity) } => "temperature must be a positive number",
            { TorchScript: { } script } when script != Path.GetFileName(script) => "torchScript must name a file in this folder",
            _ => null,
        };
        return problem is null ? this : throw NotValid(path, problem);
    }

    private static object OptionValue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? (object)whole : value.GetDouble(),
        JsonValueKind.Array => value.EnumerateArray().Select(OptionValue).ToArray(),
        _ => throw new FormatException("an option is neither a text, a number, true, false nor a list"),
    };

    private static DiagnosticException NotValid(string path, string why) =>
        new(ModelDiagnostics.FolderNotValid, $"{path} is not a saved model: {why}.", new SourcePosition(path));
}
