using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;

namespace Masterful.Fleet.Sharing;

/// <summary>A file that is shared.</summary>
/// <param name="Path">Where it goes below the workspace, with forward slashes.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">64 lower-case hexadecimal digits.</param>
public sealed record SharedFile(string Path, long Length, string Sha256);

/// <summary>What a coordinator shares: the spec and every file that it needs. It comes from another machine and is checked before it is used.</summary>
public sealed record ShareManifest
{
    /// <summary>The format that this tool writes and reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The largest manifest that is read, in bytes.</summary>
    public const int MaximumBytes = 512 << 20;

    /// <summary>The most files that one may have.</summary>
    public const int MaximumFiles = 2_000_000;

    /// <summary>Deep enough for the format, and for what a later one may add.</summary>
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = 16,
        Converters = { new FilesConverter() },
    };

    /// <summary>The format.</summary>
    public required int Schema { get; init; }

    /// <summary>The coordinator's version.</summary>
    public required string Engine { get; init; }

    /// <summary>The spec, one of the files.</summary>
    public required string Spec { get; init; }

    /// <summary>What <c>dataset.root</c> is in the workspace; a dot for the workspace itself.</summary>
    public required string DataRoot { get; init; }

    /// <summary>The model's assembly, one of the files, or null.</summary>
    public string? Assembly { get; init; }

    /// <summary>The model's TorchScript file, one of the files, or null.</summary>
    public string? TorchScript { get; init; }

    /// <summary>All files, by path.</summary>
    public required IReadOnlyList<SharedFile> Files { get; init; }

    /// <summary>The manifest as it is sent.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>Reads what another machine sent.</summary>
    /// <exception cref="DiagnosticException">Another version wrote it, or something in it is not as it must be.</exception>
    public static ShareManifest Parse(ReadOnlySpan<byte> bytes)
    {
        CheckVersion(bytes);
        ShareManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<ShareManifest>(bytes, Json)!;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw NotValid($"it does not have the form of one (line {(e as JsonException)?.LineNumber + 1 ?? 1})");
        }

        if (manifest.Problem() is { } problem)
        {
            throw NotValid(problem);
        }

        return manifest;
    }

    /// <summary>The name of its workspace.</summary>
    internal static string NameOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    internal string? Problem()
    {
        var files = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var lengths = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var file in Files)
        {
            if (SharePath.Problem(file.Path) is { } problem)
            {
                return $"'{SharePath.Shown(file.Path)}' is not allowed: {problem}";
            }

            if (!files.Add(file.Path))
            {
                return $"'{SharePath.Shown(file.Path)}' is there twice, or again in other capitals";
            }

            if (file.Length < 0 || file.Sha256.Length != 64 || !file.Sha256.All(char.IsAsciiHexDigitLower) || lengths.GetValueOrDefault(file.Sha256, file.Length) != file.Length)
            {
                return $"'{SharePath.Shown(file.Path)}' has no right length or SHA-256";
            }

            lengths[file.Sha256] = file.Length;
        }

        var folder = Files.SelectMany(f => Parents(f.Path)).FirstOrDefault(files.Contains);
        return folder is not null ? $"'{SharePath.Shown(folder)}' is a file and a folder"
            : Spec.Contains('/', StringComparison.Ordinal) || !IsListed(Spec) ? "the spec is not one of its files"
            : DataRoot != "." && SharePath.Problem(DataRoot) is not null ? "its data root is no path below the workspace"
            : new[] { Assembly, TorchScript }.OfType<string>().Any(f => !IsListed(f)) ? "the model is not one of its files"
            : null;

        bool IsListed(string path) => files.TryGetValue(path, out var listed) && listed == path;
    }

    /// <summary>Before anything else: what a later version wrote may look wrong in other ways.</summary>
    private static void CheckVersion(ReadOnlySpan<byte> bytes)
    {
        Version version;
        try
        {
            version = JsonSerializer.Deserialize<Version>(bytes, Json) ?? throw new JsonException();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw NotValid("it is not JSON with a schema and an engine");
        }

        if (version.Engine != EngineVersion.Current || version.Schema != CurrentSchema)
        {
            throw new DiagnosticException(
                FleetDiagnostics.EngineDiffers,
                $"The coordinator is version {SharePath.Shown(version.Engine)} (manifest {version.Schema}), this machine {EngineVersion.Current} (manifest {CurrentSchema}): their trials could differ. {FleetDiagnostics.EngineDiffers.Remedy}");
        }
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (var end = path.LastIndexOf('/'); end > 0; end = path.LastIndexOf('/', end - 1))
        {
            yield return path[..end];
        }
    }

    private static DiagnosticException NotValid(string problem) =>
        new(FleetDiagnostics.ShareNotValid, $"The manifest is refused: {problem}. {FleetDiagnostics.ShareNotValid.Remedy}");

    private sealed record Version(int Schema, string Engine);

    /// <summary>Stops at the limit, not after all of it is in memory.</summary>
    private sealed class FilesConverter : JsonConverter<IReadOnlyList<SharedFile>>
    {
        public override IReadOnlyList<SharedFile> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var files = new List<SharedFile>();
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw new JsonException();
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (files.Count == MaximumFiles || JsonSerializer.Deserialize<SharedFile>(ref reader, options) is not { } file)
                {
                    throw new JsonException($"More than {MaximumFiles} files, or one that is null.");
                }

                files.Add(file);
            }

            return files;
        }

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<SharedFile> value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (var file in value)
            {
                JsonSerializer.Serialize(writer, file, options);
            }

            writer.WriteEndArray();
        }
    }
}
