using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Core.Data.Readers;

/// <summary>A folder a class: each folder below a split's is a class, with images at any depth in it. Without labels, all images below.</summary>
internal sealed class FolderReader(DataRoot root) : IDatasetReader
{
    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        MaxRecursionDepth = 16,
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
        IgnoreInaccessible = false,
    };

    public LabelScheme Scheme => LabelScheme.Names;

    public SplitListing List(SplitRequest request)
    {
        var images = new List<(DataFile File, string? Class)>();
        var classes = new List<string>();
        var ignored = new List<string>();
        try
        {
            foreach (var folder in root.Folders(request))
            {
                foreach (var path in Directory.EnumerateFiles(folder, "*", Everything))
                {
                    var below = Path.GetRelativePath(folder, path).Split(Path.DirectorySeparatorChar);
                    var @class = request.Labelled && below.Length > 1 ? below[0] : null;
                    if (ImageDecoder.Reads(path) && (@class is not null || !request.Labelled))
                    {
                        images.Add((DataFile.At(root.Path, path), @class));
                    }
                    else
                    {
                        ignored.Add(path);
                    }
                }

                classes.AddRange(request.Labelled
                    ? Directory.EnumerateDirectories(folder, "*", new EnumerationOptions()).Select(d => Path.GetFileName(d))
                    : []);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(
                DataDiagnostics.SplitNotFound, $"A folder of split '{request.Name}' can't be read: {Cause.Of(e)}", root.PositionOf(request.Key));
        }

        images.Sort((a, b) => string.CompareOrdinal(a.File.Name, b.File.Name));
        var sorted = ClassOrder.Sort(classes);
        return new SplitListing(request, [.. images.Select(i => i.File)])
        {
            Classes = sorted,
            Labels = [.. images.Select(i => i.Class is null ? -1 : Array.IndexOf(sorted, i.Class))],
            Warnings = ignored.Count == 0 ? [] : [Ignored(request, ignored)],
        };
    }

    public IReadOnlyList<string> Read(SplitListing listing, ImageSink sink, CancellationToken cancellation)
    {
        ImageFiles.Read(listing, sink, cancellation);
        return listing.Classes;
    }

    private static Diagnostic Ignored(SplitRequest request, List<string> files)
    {
        files.Sort(StringComparer.Ordinal);
        var where = request.Labelled ? "Images are PNG, JPEG, BMP, WebP or GIF files in the folder of their class." : "Images are PNG, JPEG, BMP, WebP or GIF files.";
        return new Diagnostic(
            DataDiagnostics.FilesIgnored,
            DiagnosticSeverity.Warning,
            $"{files.Count:N0} files of split '{request.Name}' were ignored, such as this one. {where}",
            new SourcePosition(files[0]));
    }
}
