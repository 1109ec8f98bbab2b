using Masterful.Core.Data.Readers;
using Masterful.Core.Spec;
using Masterful.Core.Spec.Folders;

namespace Masterful.Core.Data;

/// <summary>Settles the classes of a data set over all its splits.</summary>
/// <param name="dataset">The spec.</param>
/// <param name="positionOf">Where a key stands in the spec.</param>
internal sealed class ClassList(DatasetSpec dataset, Func<string, SourcePosition> positionOf)
{
    private readonly List<Diagnostic> _diagnostics = [];

    /// <summary>What was found: labels that are no class, classes that no image has.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    /// <summary>The classes in the order of their labels, and the labels of each split that count them.</summary>
    public (IReadOnlyList<string> Classes, IReadOnlyDictionary<string, IReadOnlyList<int>> Labels) Settle(
        LabelScheme scheme, IReadOnlyCollection<DecodedSplit> splits)
    {
        var labelled = splits.Where(s => s.Listing.Request.Labelled).ToList();
        var classes = scheme switch
        {
            LabelScheme.Positions => Positions(labelled[0]),
            LabelScheme.Numbers => Numbers(labelled),
            _ => Names(labelled),
        };
        return (classes, splits.ToDictionary(s => s.Listing.Request.Name, s => Labels(s, scheme, classes)));
    }

    private IReadOnlyList<string> Positions(DecodedSplit split)
    {
        if (dataset.Classes is { } names && names.Count != split.Classes.Count)
        {
            Add(DataDiagnostics.LabelUnknown, DiagnosticSeverity.Error, "dataset.classes", $"dataset.classes has {names.Count} names, but the format has {split.Classes.Count} classes.");
            return split.Classes;
        }

        return dataset.Classes ?? split.Classes;
    }

    private IReadOnlyList<string> Numbers(List<DecodedSplit> splits)
    {
        var used = splits.SelectMany(s => s.Labels).Where(l => l >= 0).Distinct().Order().ToArray();
        if (dataset.Classes is { } names)
        {
            if (used.Length > 0 && used[^1] >= names.Count)
            {
                Add(DataDiagnostics.LabelUnknown, DiagnosticSeverity.Error, "dataset.classes", $"Labels go up to {used[^1]}, but dataset.classes names {names.Count} (the first is for label 0).");
            }

            return names;
        }

        var holes = Enumerable.Range(0, used.Length == 0 ? 0 : used[^1]).Except(used).ToArray();
        if (holes.Length > 0)
        {
            var which = string.Join(", ", holes.Take(10)) + (holes.Length > 10 ? " …" : "");
            Add(DataDiagnostics.LabelUnused, DiagnosticSeverity.Warning, "dataset.splits.train", $"Labels run from {used[0]} to {used[^1]}, but no image has {which}; they are no classes.");
        }

        return [.. used.Select(n => n.ToString())];
    }

    private IReadOnlyList<string> Names(List<DecodedSplit> splits)
    {
        var found = ClassOrder.Sort(splits.SelectMany(s => s.Classes));
        var unused = dataset.LabelMap?.Values.Distinct().Except(found).ToArray() ?? [];
        if (unused.Length > 0)
        {
            Add(DataDiagnostics.LabelUnused, DiagnosticSeverity.Warning, "dataset.label_map", $"No image has a label that dataset.label_map turns into {string.Join(", ", unused.Take(10))}.");
        }

        var unknown = dataset.Classes is { } names ? found.Except(names).ToArray() : [];
        if (unknown.Length > 0)
        {
            Add(DataDiagnostics.LabelUnknown, DiagnosticSeverity.Error, "dataset.classes", $"Not in dataset.classes, but in the data: {string.Join(", ", unknown.Take(10))}{(unknown.Length > 10 ? " …" : "")}.");
        }

        TellEmpty(splits, dataset.Classes ?? found);
        TellAlike(splits, found);
        return dataset.Classes ?? found;
    }

    /// <summary>Of folders without an image, those are classes that another split has images of, or that the spec names.</summary>
    private void TellEmpty(List<DecodedSplit> splits, IReadOnlyList<string> classes)
    {
        foreach (var split in splits)
        {
            var empty = split.Listing.Empty.Except(classes).Select(n => $"'{n}'").ToList();
            if (empty.Count > 0)
            {
                var which = string.Join(", ", empty.Take(10)) + (empty.Count > 10 ? $" and {empty.Count - 10:N0} more" : "");
                var (are, classesWord) = empty.Count == 1 ? ("is", "no class") : ("are", "no classes");
                Add(DataDiagnostics.FoldersLeftOut, DiagnosticSeverity.Warning, split.Listing.Request.Key, $"Of split '{split.Listing.Request.Name}', {which} {are} {classesWord}: there is no image in {(empty.Count == 1 ? "it" : "them")}.");
            }
        }
    }

    /// <summary>Whoever names the classes has seen them; else names that look the same are hardly meant as two.</summary>
    private void TellAlike(List<DecodedSplit> splits, string[] found)
    {
        if (dataset.Classes is not null || dataset.LabelMap is not null)
        {
            return;
        }

        foreach (var alike in found.GroupBy(LookAlikes.Skeleton).Select(g => g.ToArray()).Where(g => g.Length > 1))
        {
            var (one, other) = (alike[0], alike[1]);
            // A and a are letters; but nobody means two classes by what looks the same on the page.
            var isCase = alike.Skip(1).All(n => LookAlikes.IsCaseAlone(one, n));
            Add(
                DataDiagnostics.NamesAlike,
                isCase ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error,
                "dataset.splits.train",
                $"{string.Join(" and ", alike.Select(n => $"{LookAlikes.Spelled(n)} (in {Where(n)})"))} are {alike.Length} classes whose names differ in {LookAlikes.Difference(one, other)} alone.{(isCase ? "" : " Give both the same name; where both are meant, name them in dataset.classes.")}");
        }

        string Where(string name) => string.Join(", ", splits.Where(s => s.Classes.Contains(name)).Select(s => s.Listing.Request.Name));
    }

    private IReadOnlyList<int> Labels(DecodedSplit split, LabelScheme scheme, IReadOnlyList<string> classes)
    {
        var positions = scheme == LabelScheme.Positions || (scheme == LabelScheme.Numbers && dataset.Classes is not null);
        if (!split.Listing.Request.Labelled || positions)
        {
            return split.Labels;
        }

        var byName = classes.Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal);
        var map = split.Classes.Select(name => byName.GetValueOrDefault(name, -1)).ToArray();
        return [.. split.Labels.Select(l => l < 0 ? -1 : map[l])];
    }

    private void Add(DiagnosticCode code, DiagnosticSeverity severity, string key, string message) =>
        _diagnostics.Add(new Diagnostic(code, severity, message, positionOf(key)));
}
