using Masterful.Core.Spec;
using Masterful.Core.Spec.Folders;

namespace Masterful.Core.Data.Readers;

/// <summary>
/// A folder a class: each folder below a split's is a class, with images at any depth in it. Without labels, all images below. Folders that
/// <c>dataset.classes</c> does not name are left out, and so is what stands there and is no data. In <c>*/train</c> the star is the class.
/// </summary>
internal sealed class FolderReader(DataRoot root, DatasetSpec dataset) : IDatasetReader
{
    public LabelScheme Scheme => LabelScheme.Names;

    public SplitListing List(SplitRequest request)
    {
        var images = new List<(DataFile File, string? Class)>();
        var (named, empty) = (new List<string>(), new List<string>());
        var findings = new FolderFindings(request, root);
        var patterns = request.Entries.Select(ClassPattern.Of).ToList();
        var folders = root.Folders(request with { Entries = [.. request.Entries.Zip(patterns, (entry, pattern) => pattern?.Before ?? entry)] });
        foreach (var (folder, pattern) in folders.Zip(patterns))
        {
            var walk = new FolderWalk(folder, [.. dataset.NotData, .. OtherSplits(folder)]);
            if (request.Labelled)
            {
                AddClasses(folder, pattern, walk, images, named, empty, findings);
            }
            else if (pattern is not null)
            {
                foreach (var below in walk.In(folder).Where(e => e.IsFolder).Select(e => Path.Combine(e.Path, pattern.After)).Where(Directory.Exists))
                {
                    Add(walk.Files(below), null, images, findings);
                }
            }
            else
            {
                Add(walk.Files(folder), null, images, findings);
            }

            findings.Take(walk);
        }

        findings.ThrowIfWrong();
        images.Sort((a, b) => string.CompareOrdinal(a.File.Name, b.File.Name));
        var classes = ClassOrder.Sort(named);
        var positions = classes.Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal);
        return new SplitListing(request, [.. images.Select(i => i.File)])
        {
            Classes = classes,
            Labels = [.. images.Select(i => i.Class is null ? -1 : positions[i.Class])],
            Empty = empty,
            Warnings = findings.Warnings(dataset.Classes),
        };
    }

    public IReadOnlyList<string> Read(SplitListing listing, ImageSink sink, CancellationToken cancellation)
    {
        ImageFiles.Read(listing, sink, cancellation);
        return listing.Classes;
    }

    private void AddClasses(
        string folder, ClassPattern? pattern, FolderWalk walk, List<(DataFile File, string? Class)> images, List<string> classes, List<string> empty, FolderFindings findings)
    {
        foreach (var entry in walk.In(folder))
        {
            var (name, place) = (entry.Name.ToString(), pattern is null ? entry.Path : Path.Combine(entry.Path, pattern.After));
            if (!entry.IsFolder)
            {
                findings.Ignore(entry);
            }
            else if (dataset.Classes is { } selected && !selected.Contains(name))
            {
                // Whatever is wrong in there is of no interest.
                findings.LeaveOut(name, new FolderWalk(place, []).Files(place).Count(f => ImageDecoder.Reads(f.Path)));
            }
            else
            {
                (Directory.Exists(place) && Add(walk.Files(place), name, images, findings) ? classes : empty).Add(name);
            }
        }
    }

    /// <summary>Adds the images among some files; whether there was any, be it of a kind that is not read.</summary>
    private bool Add(IEnumerable<FolderEntry> files, string? @class, List<(DataFile File, string? Class)> images, FolderFindings findings)
    {
        var any = false;
        foreach (var file in files)
        {
            if (ImageDecoder.Reads(file.Path))
            {
                images.Add((DataFile.At(root.Path, file.Path), @class));
                any = true;
            }
            else
            {
                findings.Ignore(file);
                any |= ImageNames.IsPicture(file.Path);
            }
        }

        return any;
    }

    /// <summary>What other entries name below a folder is theirs: a test folder among the classes is none of them.</summary>
    private IEnumerable<string> OtherSplits(string folder)
    {
        var splits = dataset.Splits;
        var entries = splits.Train.Concat(splits.Test).Concat(splits.Unlabeled).Concat(splits.Synthetic).Concat(dataset.Validation.Name is { } name ? [name] : []);
        return entries.Select(root.Below).OfType<string>().Where(path => FolderPath.Below(folder, path) is not (null or "."));
    }
}
