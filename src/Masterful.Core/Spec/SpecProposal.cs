using System.Text.Json.Serialization;

namespace Masterful.Core.Spec;

/// <summary>What a folder of data looks like: what a spec for it would say.</summary>
public sealed record SpecProposal
{
    /// <summary>The on-disk format.</summary>
    public required DatasetFormat Format { get; init; }

    /// <summary>Full path of the folder that the splits are in: the one looked at, or one below it.</summary>
    public required string Root { get; init; }

    /// <summary>Files or folders of each split; a test share where there are no test files.</summary>
    public required SplitsSpec Splits { get; init; }

    /// <summary>A share of train, or a split of its own.</summary>
    public ShareOrName Validation { get; init; } = new(0.1, null);

    /// <summary>For CSV: what must be said of the columns so that the lists load, or null when nothing must.</summary>
    public ColumnsSpec? Columns { get; init; }

    /// <summary>The classes, where not all folders beside them are; null for all.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>The shape of the images, reduced to at most 224 pixels a side.</summary>
    public required ImageShape InputShape { get; init; }

    /// <summary>Whether the images have this shape: otherwise it is the most frequent one of a sample, or a smaller one.</summary>
    public bool HasOneShape { get; init; } = true;

    /// <summary>Whether the classes are digits, which mirroring and turning make into other signs.</summary>
    public bool HasDigits { get; init; }

    /// <summary>Other folders that hold data, below the one looked at, full paths.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>What a person should know before the data is read.</summary>
    [JsonIgnore]
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];
}
