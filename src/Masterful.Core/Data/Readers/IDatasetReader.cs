using Masterful.Core.Runtime;
using Masterful.Core.Spec;

namespace Masterful.Core.Data.Readers;

/// <summary>What the labels of a format are.</summary>
internal enum LabelScheme
{
    /// <summary>Texts; the classes are those that occur.</summary>
    Names,

    /// <summary>Positions in a list of classes that the format has.</summary>
    Positions,

    /// <summary>Numbers from 0; the classes are those that occur.</summary>
    Numbers,
}

/// <summary>What is read as one: a split.</summary>
/// <param name="Name">train, select, test, unlabeled or synthetic.</param>
/// <param name="Key">Its key in the spec.</param>
/// <param name="Entries">Its files or folders, relative to the root.</param>
/// <param name="Labelled">Whether labels are wanted.</param>
internal sealed record SplitRequest(string Name, string Key, IReadOnlyList<string> Entries, bool Labelled);

/// <summary>A file whose content decides what is read.</summary>
/// <param name="Name">Relative to the root, with forward slashes.</param>
/// <param name="Path">Full path.</param>
/// <param name="Stamp">What it was when it was listed.</param>
internal sealed record DataFile(string Name, string Path, FileStamp Stamp)
{
    public static DataFile At(string root, string path) =>
        new(System.IO.Path.GetRelativePath(root, path).Replace(System.IO.Path.DirectorySeparatorChar, '/'), path, FileStamp.Of(path));
}

/// <summary>What a split consists of, known before any image is decoded.</summary>
/// <param name="Request">The split.</param>
/// <param name="Files">All files that are read, in an order that is always the same.</param>
internal sealed record SplitListing(SplitRequest Request, IReadOnlyList<DataFile> Files)
{
    /// <summary>For formats of a file an image: class of each file, −1 for none, or null.</summary>
    public IReadOnlyList<int>? Labels { get; init; }

    /// <summary>Names of the classes, when they are known from the listing.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Names of folders that would be classes if they held images.</summary>
    public IReadOnlyList<string> Empty { get; init; } = [];

    /// <summary>Full paths of files that say how to read the others: lists of images, names of classes.</summary>
    public IReadOnlyList<string> Besides { get; init; } = [];

    /// <summary>Anything else that the images depend on.</summary>
    public string Extra { get; init; } = "";

    /// <summary>What was found on the way.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];

    /// <summary>What to call an image in a message.</summary>
    public string NameOf(int index) => Labels is null ? $"{Request.Name} image {index}" : Files[index].Name;
}

/// <summary>Reads one format.</summary>
internal interface IDatasetReader
{
    /// <summary>What its labels are.</summary>
    LabelScheme Scheme { get; }

    /// <summary>Finds the files of a split.</summary>
    /// <exception cref="DiagnosticException">Something is not there or not right.</exception>
    SplitListing List(SplitRequest request);

    /// <summary>Reads all images of a split, in order.</summary>
    /// <returns>The classes that its labels are positions of.</returns>
    /// <exception cref="DiagnosticException">A file is corrupt; the message says where.</exception>
    IReadOnlyList<string> Read(SplitListing listing, ImageSink sink, CancellationToken cancellation);
}
