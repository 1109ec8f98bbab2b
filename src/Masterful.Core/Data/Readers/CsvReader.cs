using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Data.Readers;

/// <summary>
/// CSVs that list images and their labels, paths relative to the root. Which columns these are is recognised, or what
/// <c>dataset.columns</c> says. An empty label is an unlabelled image.
/// </summary>
internal sealed class CsvReader(DataRoot root, DatasetSpec dataset) : IDatasetReader
{
    public LabelScheme Scheme => LabelScheme.Names;

    public SplitListing List(SplitRequest request)
    {
        var images = new CsvImages(root, dataset, request);
        var problems = new List<Diagnostic>();
        var lists = root.Files(request);
        foreach (var csv in lists)
        {
            try
            {
                problems.AddRange(images.Add(csv.Path));
            }
            catch (DiagnosticException e)
            {
                problems.AddRange(e.Diagnostics);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add(new Diagnostic(DataDiagnostics.FileCorrupt, DiagnosticSeverity.Error, $"The CSV can't be read: {Cause.Of(e)}.", new SourcePosition(csv.Path)));
            }
        }

        problems.AddRange(images.DoubtfulLabels());
        if (problems.Count > 0)
        {
            throw new DiagnosticException(problems);
        }

        var classes = ClassOrder.Sort(images.Labels.Where(l => l.Length > 0));
        var positions = classes.Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal);
        return new SplitListing(request, images.Files)
        {
            Classes = classes,
            Besides = [.. lists.Select(l => l.Path)],
            Labels = [.. images.Labels.Select(l => l.Length == 0 ? -1 : positions[l])],
            Warnings = images.Warnings(),
        };
    }

    public IReadOnlyList<string> Read(SplitListing listing, ImageSink sink, CancellationToken cancellation)
    {
        ImageFiles.Read(listing, sink, cancellation);
        return listing.Classes;
    }
}
