using Masterful.Abstractions;
using Masterful.Core.Spec;

namespace Masterful.Core.Data.Readers;

/// <summary>The reader of each format.</summary>
internal static class DatasetReaders
{
    /// <summary>The reader that the spec asks for.</summary>
    public static IDatasetReader For(DatasetSpec dataset, IImageSource? custom, Func<string, SourcePosition> positionOf)
    {
        var root = new DataRoot(dataset.Root, positionOf);
        return dataset.Format switch
        {
            DatasetFormat.Svhn => new SvhnReader(root),
            DatasetFormat.Idx => new IdxReader(root),
            DatasetFormat.Cifar10 => CifarReader.Cifar10(root),
            DatasetFormat.Cifar100 => CifarReader.Cifar100(root),
            DatasetFormat.Folder => new FolderReader(root, dataset),
            DatasetFormat.Csv => new CsvReader(root, dataset),
            DatasetFormat.Custom when custom is not null => new CustomReader(root, custom),
            _ => throw new ArgumentException($"Format {dataset.Format} needs an image source.", nameof(custom)),
        };
    }
}
