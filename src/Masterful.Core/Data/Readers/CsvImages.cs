using Masterful.Core.Spec;
using Masterful.Core.Spec.Folders;
using Masterful.Core.Spec.ImageLists;

namespace Masterful.Core.Data.Readers;

/// <summary>Gathers the images of a split out of its CSVs, each once.</summary>
internal sealed class CsvImages(DataRoot root, DatasetSpec dataset, SplitRequest request)
{
    /// <summary>What programs write for a value that is missing, and what may be a class of that name.</summary>
    private static readonly string[] Missing = ["None", "NaN", "nan", "NAN", "NaT", "NA", "N/A", "n/a", "#N/A", "<NA>", "null", "NULL", "Null"];

    private static readonly char[] Between = [' ', ',', ';', '|', '/', '+'];
    private readonly List<DataFile> _files = [];
    private readonly List<string> _labels = [];
    private readonly Dictionary<string, (string Csv, int Line, string Label)> _seen = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (SourcePosition First, int Count)> _doubtful = new(StringComparer.Ordinal);
    private readonly List<Diagnostic> _warnings = [];
    private SourcePosition _firstRepeated;
    private int _repeated;

    /// <summary>The images.</summary>
    public IReadOnlyList<DataFile> Files => _files;

    /// <summary>The class of each, empty for none.</summary>
    public IReadOnlyList<string> Labels => _labels;

    /// <summary>Adds the images of a list.</summary>
    /// <returns>What is wrong with its lines.</returns>
    /// <exception cref="DiagnosticException">It is no CSV, or its columns are not recognised.</exception>
    public IReadOnlyList<Diagnostic> Add(string csv)
    {
        var missing = new ProblemList(DataDiagnostics.ImageNotFound);
        var outside = new ProblemList(DataDiagnostics.PathOutsideRoot);
        var unknown = new ProblemList(DataDiagnostics.LabelUnknown);
        var misfit = new ProblemList(ImageListDiagnostics.LineMisfit);
        var contradicting = new ProblemList(ImageListDiagnostics.LabelsContradict);
        var list = ImageList.Open(csv, root.Path, dataset.Columns, request.Labelled);
        if (list.Columns.Split is { } split)
        {
            WarnOfSplits(csv, list.Columns, split);
        }

        // Who names classes in the spec, or gives each a column, has said that they are classes.
        var mayBeMissing = dataset.Classes is null && dataset.LabelMap is null && list.Columns.Labels.Count == 1;
        foreach (var image in list.Images())
        {
            var position = new SourcePosition(csv, image.Line, 1);
            if (image.Problem is { } wrong)
            {
                misfit.Add(wrong, position);
            }
            else if (ListedFile.Find(root.Path, image.Path, out var problem) is not { } file)
            {
                var kind = problem.LeadsOut ? outside : missing;
                kind.Add(problem.Message + (kind.Count == 0 ? Hint(csv, image.Path, list.Columns) : ""), position);
            }
            else if (image.Label.Length > 0 && ClassOf(image.Label) is not { } @class)
            {
                unknown.Add(UnknownLabel(image.Label), position);
            }
            else
            {
                Take(file, image.Label.Length == 0 ? "" : ClassOf(image.Label)!, mayBeMissing, position, contradicting);
            }
        }

        return
        [
            .. missing.All($"{missing.Count:N0} images named in {csv} do not exist."),
            .. outside.All($"{outside.Count:N0} paths in {csv} lead out of the root."),
            .. unknown.All($"{unknown.Count:N0} labels in {csv} are not classes."),
            .. misfit.All($"{misfit.Count:N0} lines of {csv} do not fit its columns."),
            .. contradicting.All($"{contradicting.Count:N0} lines of {csv} give an image another label than an earlier line."),
        ];
    }

    /// <summary>Labels that are words for a missing value, where nothing says that they are classes.</summary>
    public IEnumerable<Diagnostic> DoubtfulLabels() => _doubtful.Select(d => new Diagnostic(
        ImageListDiagnostics.LabelDoubtful,
        DiagnosticSeverity.Error,
        $"The label '{d.Key}' ({d.Value.Count:N0} lines, here the first) may mean that there is no label, or be a class. Empty the cells of images without a label; if it is a class, name all classes in dataset.classes.",
        d.Value.First));

    /// <summary>What is worth knowing of lists that are right.</summary>
    public IReadOnlyList<Diagnostic> Warnings() => [.. _warnings, .. Repeated(), .. SeveralLabels()];

    private IEnumerable<Diagnostic> Repeated() => _repeated == 0 ? [] :
    [
        new Diagnostic(
            ImageListDiagnostics.LinesRepeated,
            DiagnosticSeverity.Warning,
            $"{_repeated:N0} lines of split '{request.Name}' list an image again, such as this one; each image is taken once.",
            _firstRepeated),
    ];

    /// <summary>A cell with several labels of which each stands alone elsewhere would be one more class.</summary>
    private IEnumerable<Diagnostic> SeveralLabels()
    {
        var labels = _labels.ToHashSet(StringComparer.Ordinal);
        var several = labels.Where(l => l.Split(Between, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 1 } parts && parts.All(labels.Contains))
            .Order(StringComparer.Ordinal).ToList();
        return several.Count == 0 || dataset.Classes is not null || dataset.LabelMap is not null ? [] :
        [
            new Diagnostic(
                ImageListDiagnostics.LabelDoubtful,
                DiagnosticSeverity.Warning,
                $"{several.Count:N0} labels of split '{request.Name}' read like several in one cell, such as '{several[0]}': each is a class of its own here. If images have several labels, decide on one.",
                root.PositionOf(request.Key)),
        ];
    }

    private void Take(string file, string label, bool mayBeMissing, SourcePosition position, ProblemList contradicting)
    {
        if (_seen.TryGetValue(file, out var earlier))
        {
            if (earlier.Label != label)
            {
                contradicting.Add(
                    $"'{Path.GetRelativePath(root.Path, file)}' is {Quoted(label)} here and {Quoted(earlier.Label)} in line {earlier.Line}{(earlier.Csv == position.File ? "" : $" of {earlier.Csv}")}.",
                    position);
            }
            else if (_repeated++ == 0)
            {
                _firstRepeated = position;
            }

            return;
        }

        if (mayBeMissing && Missing.Contains(label))
        {
            _doubtful[label] = _doubtful.TryGetValue(label, out var known) ? (known.First, known.Count + 1) : (position, 1);
        }

        _seen.Add(file, (position.File, position.Line, label));
        _files.Add(DataFile.At(root.Path, file));
        _labels.Add(label);
    }

    /// <summary>Where the first image that is missing may be, and what the spec would say then.</summary>
    private string Hint(string csv, string written, ImageListColumns columns)
    {
        if (ListedFile.Meant(root.Path, written) is { } meant)
        {
            return $" But {meant} does exist below the root: write the paths so.";
        }

        if (ListedFile.Elsewhere(root.Path, csv, written) is not { } place)
        {
            return LookAlikePath.Find(root.Path, written) is { } alike
                ? $" But {LookAlikes.Spelled(alike.Found)} does, where the list has {LookAlikes.Spelled(alike.Written)}: they differ in {alike.Difference}."
                : "";
        }

        var pattern = columns.Path.Column is { } column ? $"{place.Folder}{{{columns.NameOf(column)}}}{place.Extension}" : null;
        return $" But {place.Folder}{written}{place.Extension} does: "
            + (pattern is null ? "correct dataset.columns.path." : $"add dataset.columns: {{ path: {SpecText.Scalar(pattern)} }}, or write the paths so.");
    }

    private void WarnOfSplits(string csv, ImageListColumns columns, int split) => _warnings.Add(new Diagnostic(
        ImageListDiagnostics.SplitColumn,
        DiagnosticSeverity.Warning,
        $"The column '{columns.NameOf(split)}' is not read: every line counts for split '{request.Name}'. If it says which images are for testing, make a CSV for each split.",
        new SourcePosition(csv, 1, 1)));

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

    private static string Quoted(string label) => label.Length == 0 ? "without label" : $"'{label}'";
}
