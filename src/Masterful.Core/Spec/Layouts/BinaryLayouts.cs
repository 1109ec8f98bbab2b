using System.Buffers.Binary;

namespace Masterful.Core.Spec.Layouts;

/// <summary>Layouts whose files hold many images each: SVHN's, MNIST's and CIFAR's.</summary>
internal static class BinaryLayouts
{
    private const int Cifar10Record = 1 + (3 * 32 * 32);
    private const int Cifar100Record = 2 + (3 * 32 * 32);
    private static readonly ImageShape Colour32 = new(32, 32, 3);

    /// <summary>SVHN's cropped digits: MATLAB v5 files named after their splits.</summary>
    public static SpecProposal? Svhn(DataFolder folder)
    {
        var files = folder.Files
            .Where(f => f.EndsWith(".mat", StringComparison.OrdinalIgnoreCase) && folder.Head(f, 19).AsSpan().SequenceEqual("MATLAB 5.0 MAT-file"u8));
        return SplitWords.Assign(files) is { } found
            ? new SpecProposal
            {
                Format = DatasetFormat.Svhn,
                Root = folder.Path,
                Splits = found.Splits,
                Validation = found.Validation,
                InputShape = Colour32,
                HasDigits = true,
            }
            : null;
    }

    /// <summary>MNIST's format: an images file and a labels file a split, plain or gzip, told by their names and headers.</summary>
    public static SpecProposal? Idx(DataFolder folder)
    {
        // One folder can hold several families (EMNIST's); one with a train file is taken whole, plain files before their .gz.
        var families = folder.Files
            .Where(f => f.Contains("images", StringComparison.OrdinalIgnoreCase) && HasLabels(folder, f) && IdxShape(folder, f) is not null)
            .OrderBy(f => f.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            .GroupBy(Family);
        foreach (var family in families)
        {
            if (SplitWords.Assign(family) is { } found)
            {
                return new SpecProposal
                {
                    Format = DatasetFormat.Idx,
                    Root = folder.Path,
                    Splits = found.Splits,
                    Validation = found.Validation,
                    InputShape = IdxShape(folder, found.Splits.Train[0])!.Value,
                };
            }
        }

        return null;
    }

    /// <summary>CIFAR-10's batches, or CIFAR-100's two files.</summary>
    public static SpecProposal? Cifar(DataFolder folder)
    {
        var batches = folder.Files.Where(f => f.StartsWith("data_batch_", StringComparison.Ordinal) && IsBinary(f, Cifar10Record)).ToList();
        if (batches.Count > 0)
        {
            return Proposal(DatasetFormat.Cifar10, batches, "test_batch.bin");
        }

        return folder.Files.Contains("train.bin") && IsBinary("train.bin", Cifar100Record)
            ? Proposal(DatasetFormat.Cifar100, ["train.bin"], "test.bin")
            : null;

        bool IsBinary(string name, int record) =>
            name.EndsWith(".bin", StringComparison.Ordinal) && new FileInfo(folder.Full(name)).Length is > 0 and var length && length % record == 0;

        SpecProposal Proposal(DatasetFormat format, IReadOnlyList<string> train, string test) => new()
        {
            Format = format,
            Root = folder.Path,
            Splits = folder.Files.Contains(test)
                ? new SplitsSpec { Train = train, Test = [test] }
                : new SplitsSpec { Train = train, TestShare = 0.2 },
            InputShape = Colour32,
        };
    }

    private static bool HasLabels(DataFolder folder, string images)
    {
        var labels = images
            .Replace("images", "labels", StringComparison.OrdinalIgnoreCase)
            .Replace("idx3", "idx1", StringComparison.OrdinalIgnoreCase);
        return folder.Files.Contains(labels, StringComparer.OrdinalIgnoreCase);
    }

    private static string Family(string name)
    {
        var plain = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        return new[] { "train", "test", "t10k" }.Aggregate(plain.ToLowerInvariant(), (n, word) => n.Replace(word, "*", StringComparison.Ordinal));
    }

    /// <summary>IDX header: magic 0x00000803 (unsigned bytes, three dimensions), count, rows, columns; big-endian.</summary>
    private static ImageShape? IdxShape(DataFolder folder, string name)
    {
        var head = folder.Head(name, 16);
        if (head.Length < 16 || BinaryPrimitives.ReadUInt32BigEndian(head) != 0x0803)
        {
            return null;
        }

        var height = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(8));
        var width = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(12));
        return height is >= 8 and <= 1024 && width is >= 8 and <= 1024 ? new ImageShape((int)height, (int)width, 1) : null;
    }
}
