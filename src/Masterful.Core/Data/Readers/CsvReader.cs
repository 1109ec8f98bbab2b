using System.Text;
using Masterful.Core.Spec;

namespace Masterful.Core.Data.Readers;

/// <summary>
/// A CSV of <c>path,label</c> lines, paths relative to the root. A first line that names the columns may stand in another order and
/// have more of them. An empty label is an unlabelled image.
/// </summary>
internal sealed class CsvReader(DataRoot root, DatasetSpec dataset) : IDatasetReader
{
    private static readonly string[] PathColumns = ["path", "file", "filename", "image"];
    private static readonly string[] LabelColumns = ["label", "class"];

    public LabelScheme Scheme => LabelScheme.Names;

    public SplitListing List(SplitRequest request)
    {
        var images = new List<(DataFile File, string Label)>();
        var problems = new List<Diagnostic>();
        var lists = root.Files(request);
        foreach (var csv in lists)
        {
            try
            {
                problems.AddRange(List(csv.Path, request, images));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
            {
                var reason = e is DecoderFallbackException ? "it is not UTF-8 text" : e.Message;
                problems.Add(Error(DataDiagnostics.FileCorrupt, $"The CSV can't be read: {reason}.", new SourcePosition(csv.Path)));
            }
        }

        if (problems.Count > 0)
        {
            throw new DiagnosticException(problems);
        }

        var classes = ClassOrder.Sort(images.Select(i => i.Label).Where(l => l.Length > 0));
        var positions = classes.Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal);
        return new SplitListing(request, [.. images.Select(i => i.File)])
        {
            Classes = classes,
            Besides = [.. lists.Select(l => l.Path)],
            Labels = [.. images.Select(i => i.Label.Length == 0 ? -1 : positions[i.Label])],
        };
    }

    public IReadOnlyList<string> Read(SplitListing listing, ImageSink sink, CancellationToken cancellation)
    {
        ImageFiles.Read(listing, sink, cancellation);
        return listing.Classes;
    }

    private IEnumerable<Diagnostic> List(string csv, SplitRequest request, List<(DataFile File, string Label)> images)
    {
        var missing = new ProblemList(DataDiagnostics.ImageNotFound);
        var outside = new ProblemList(DataDiagnostics.PathOutsideRoot);
        var unknown = new ProblemList(DataDiagnostics.LabelUnknown);
        var (pathColumn, labelColumn) = (0, 1);
        var first = true;
        foreach (var (line, fields) in CsvRows.Read(csv))
        {
            if (first && HeaderOf(fields) is { } header)
            {
                (pathColumn, labelColumn) = header;
                first = false;
                continue;
            }

            first = false;
            var position = new SourcePosition(csv, line, 1);
            var path = pathColumn < fields.Count ? fields[pathColumn] : "";
            var label = request.Labelled && labelColumn < fields.Count ? fields[labelColumn] : "";
            if (root.Below(path) is not { } file)
            {
                outside.Add($"'{path}' leads out of the data set's root, {root.Path}.", position);
            }
            else if (!File.Exists(file))
            {
                missing.Add(path.Length == 0 ? "The line names no file." : $"'{path}' does not exist: {file}", position);
            }
            else if (label.Length > 0 && ClassOf(label) is not { } @class)
            {
                unknown.Add(UnknownLabel(label), position);
            }
            else
            {
                images.Add((DataFile.At(root.Path, file), label.Length == 0 ? "" : ClassOf(label)!));
            }
        }

        return [
            .. missing.All($"{missing.Count:N0} images named in {csv} do not exist."),
            .. outside.All($"{outside.Count:N0} paths in {csv} lead out of the root."),
            .. unknown.All($"{unknown.Count:N0} labels in {csv} are not classes."),
        ];
    }

    private static (int Path, int Label)? HeaderOf(IReadOnlyList<string> fields)
    {
        var names = fields.Select(f => f.ToLowerInvariant()).ToList();
        var path = names.FindIndex(PathColumns.Contains);
        var label = names.FindIndex(LabelColumns.Contains);
        // Without a label column, everything is unlabelled: a column that no line has stands for that.
        return path < 0 ? null : (path, label < 0 ? int.MaxValue : label);
    }

    private string? ClassOf(string label)
    {
        if (dataset.LabelMap is { } map)
        {
            return map.GetValueOrDefault(label);
        }

        return dataset.Classes is { } classes && !classes.Contains(label) ? null : label;
    }

    private string UnknownLabel(string label)
    {
        var (known, key) = dataset.LabelMap is { } map ? (map.Keys, "dataset.label_map") : (dataset.Classes!, "dataset.classes");
        return $"'{label}' is not in {key}, which has {string.Join(", ", known.Take(20))}{(known.Count() > 20 ? " …" : "")}.";
    }

    private static Diagnostic Error(DiagnosticCode code, string message, SourcePosition position) =>
        new(code, DiagnosticSeverity.Error, message, position);
}
