using Masterful.Core.Data.Readers;
using Masterful.Core.Spec;

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

        return dataset.Classes ?? found;
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
