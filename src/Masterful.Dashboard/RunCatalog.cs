using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Masterful.Results;

namespace Masterful.Dashboard;

/// <summary>A run as the list shows it; figures are null where the run has none.</summary>
/// <param name="Id">What the page calls it by.</param>
/// <param name="Folder">Name of its folder.</param>
/// <param name="Started">UTC.</param>
/// <param name="Seconds">From start to end.</param>
/// <param name="Dataset">Name of the data.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="Policy">Name of the policy.</param>
/// <param name="Source">Where the policy comes from.</param>
/// <param name="Original">Test error of the original.</param>
/// <param name="Masterful">Test error of the masterful model.</param>
/// <param name="Reduction">Error-rate reduction.</param>
/// <param name="Low">Lower end of its interval.</param>
/// <param name="High">Upper end of its interval.</param>
/// <param name="Gate">The gate's status.</param>
/// <param name="HasSamples">Whether there is a contact sheet of its images.</param>
internal sealed record RunSummary(
    string Id, string Folder, DateTimeOffset Started, double Seconds, string Dataset, string Model, string Policy, string Source,
    double? Original, double? Masterful, double? Reduction, double? Low, double? High, string Gate, bool HasSamples);

/// <summary>
/// The runs in the folders: a folder with a <c>result.json</c> is one, and so is each such folder in it. Ids are looked up, never made
/// into paths, and nothing that is a link is followed below the folders.
/// </summary>
/// <param name="roots">The folders.</param>
internal sealed class RunCatalog(IReadOnlyList<string> roots)
{
    /// <summary>Name of the contact sheet in a report folder.</summary>
    public const string SamplesName = "samples.png";

    private readonly ConcurrentDictionary<string, Known> _known = new();

    /// <summary>All runs, the latest first. A run that stands in two folders is listed once; a file that is no result is left out.</summary>
    public IReadOnlyList<RunSummary> List() => [.. Entries().Select(e => e.Summary).OrderByDescending(r => r.Started).ThenBy(r => r.Id, StringComparer.Ordinal)];

    /// <summary>The file of a run, or null when there is no such run or file.</summary>
    /// <param name="id">As in the list.</param>
    /// <param name="name">One of the names of a run's files, from this program, never from a request.</param>
    public FileInfo? File(string id, string name)
    {
        var folder = Entries().FirstOrDefault(e => e.Summary.Id == id)?.Folder;
        return folder is null ? null : PlainFile(Path.Combine(folder, name));
    }

    private IEnumerable<Entry> Entries()
    {
        var folders = roots.SelectMany(Candidates).ToArray();
        var entries = new Entry?[folders.Length];
        Parallel.For(0, folders.Length, i => entries[i] = Read(folders[i]) is { } summary ? new Entry(folders[i], summary) : null);
        return entries.OfType<Entry>().DistinctBy(e => e.Summary.Id);
    }

    private static IEnumerable<string> Candidates(string root)
    {
        var directory = new DirectoryInfo(root);
        return directory.Exists
            ? directory.EnumerateDirectories().Where(d => d.LinkTarget is null).Select(d => d.FullName).Prepend(directory.FullName)
            : [];
    }

    private static FileInfo? PlainFile(string path)
    {
        var file = new FileInfo(path);
        return file.Exists && file.LinkTarget is null ? file : null;
    }

    private RunSummary? Read(string folder)
    {
        if (PlainFile(Path.Combine(folder, ResultFiles.ResultName)) is not { Length: < 128 << 20 } file)
        {
            return null;
        }

        if (_known.TryGetValue(folder, out var known) && known.Length == file.Length && known.Written == file.LastWriteTimeUtc)
        {
            return known.Summary;
        }

        var summary = Parse(file, Path.GetFileName(folder));
        _known[folder] = new Known(file.Length, file.LastWriteTimeUtc, summary);
        return summary;
    }

    /// <summary>Only the few figures of the list: a thousand classes with their confusion are not made into objects for it.</summary>
    private static RunSummary? Parse(FileInfo file, string folder)
    {
        try
        {
            using var stream = file.OpenRead();
            using var document = JsonDocument.Parse(stream);
            var result = document.RootElement;
            var (run, policy, comparison) = (result.GetProperty("run"), result.GetProperty("policy"), result.GetProperty("comparison"));
            var (started, finished) = (run.GetProperty("startedAt").GetDateTimeOffset(), run.GetProperty("finishedAt").GetDateTimeOffset());
            return new RunSummary(
                Id(Text(run, "id"), file.FullName), folder, started, (finished - started).TotalSeconds,
                Text(result.GetProperty("dataset"), "name"), Text(result.GetProperty("model"), "name"), Text(policy, "name"), Text(policy, "source"),
                Number(result.GetProperty("original"), "errorRate"), Number(result.GetProperty("masterful"), "errorRate"),
                Number(comparison, "errorRateReduction"), Number(comparison, "low"), Number(comparison, "high"), Text(result.GetProperty("gate"), "status"),
                PlainFile(Path.Combine(file.DirectoryName!, SamplesName)) is not null);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The run's own id where it is one, else a name made of its path.</summary>
    private static string Id(string id, string path) =>
        id.Length is > 0 and <= 80 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? id
            : "run-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16];

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private static double? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    // Classes, not structs: generic code over structs of our own is compiled at start, and the first page waits for it.
    private sealed record Entry(string Folder, RunSummary Summary);

    private sealed record Known(long Length, DateTime Written, RunSummary? Summary);
}

/// <summary>The list of runs as JSON without reflection, for which the first page would wait.</summary>
[JsonSerializable(typeof(IReadOnlyList<RunSummary>))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class RunListJson : JsonSerializerContext;
