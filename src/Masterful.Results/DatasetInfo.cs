namespace Masterful.Results;

/// <summary>The data of a run.</summary>
public sealed record DatasetInfo
{
    /// <summary>Name from the spec.</summary>
    public required string Name { get; init; }

    /// <summary>Link from the spec.</summary>
    public string? Background { get; init; }

    /// <summary>Sentence from the spec.</summary>
    public string? Description { get; init; }

    /// <summary>svhn, idx, cifar10, cifar100, folder, csv or custom.</summary>
    public required string Format { get; init; }

    /// <summary>Hash over all splits.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Class names in label order.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Images by split: train, select, test, unlabeled, synthetic.</summary>
    public required IReadOnlyDictionary<string, int> Counts { get; init; }

    /// <summary>The split that both arms were measured on: test, or select where the spec says so.</summary>
    public string Evaluated { get; init; } = "test";

    /// <summary>Images by split and class, in label order.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> ClassCounts { get; init; } = new Dictionary<string, IReadOnlyList<int>>();

    /// <summary>What the health checks found.</summary>
    public required HealthInfo Health { get; init; }

    /// <summary>File name in the report folder of a contact sheet of samples, or null.</summary>
    public string? SamplesImage { get; init; }

    /// <summary>Why there is no contact sheet; null where there is one.</summary>
    public string? SamplesProblem { get; init; }
}

/// <summary>What the health checks found.</summary>
public sealed record HealthInfo
{
    /// <summary>Exact copies within a split.</summary>
    public int Duplicates { get; init; }

    /// <summary>Test images that also stand in train or select.</summary>
    public int Leaks { get; init; }

    /// <summary>Files that could not be read and were left out.</summary>
    public int Unreadable { get; init; }

    /// <summary>The same, each with its reason; <c>dataset.on_unreadable: skip</c> leaves them out.</summary>
    public IReadOnlyList<UnreadableFileInfo> UnreadableFiles { get; init; } = [];

    /// <summary>Images that the files of train list without a label; they count as unlabeled.</summary>
    public int WithoutLabel { get; init; }

    /// <summary>Images of files with transparent parts.</summary>
    public int Transparent { get; init; }

    /// <summary>What they were put on: none (transparency was dropped), white or black.</summary>
    public string Background { get; init; } = "none";

    /// <summary>Images of a single colour.</summary>
    public int Constant { get; init; }

    /// <summary>Images whose file lacks its end, though all pixels are there.</summary>
    public int WithoutEnd { get; init; }

    /// <summary>Exact duplicates with different labels.</summary>
    public int ConflictingLabels { get; init; }

    /// <summary>Mean of each channel over train, 0..255.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [];

    /// <summary>Standard deviation of each channel over train, 0..255.</summary>
    public IReadOnlyList<double> StandardDeviation { get; init; } = [];

    /// <summary>Image sizes as they were on disk, <c>H×W×C</c>, with their counts.</summary>
    public IReadOnlyDictionary<string, int> Sizes { get; init; } = new Dictionary<string, int>();

    /// <summary>Warnings, as sentences.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>A file that was left out.</summary>
public sealed record UnreadableFileInfo
{
    /// <summary>train, select, test, unlabeled or synthetic.</summary>
    public required string Split { get; init; }

    /// <summary>Its path relative to the data's root.</summary>
    public required string File { get; init; }

    /// <summary>Why it can't be read, as a sentence.</summary>
    public required string Reason { get; init; }
}
