namespace Masterful.Results;

/// <summary>
/// The content of <c>misclassified.json</c>: every image of the evaluation split that at least one of the final trainings got wrong, as
/// columns, so that a hundred thousand of them stay a few megabytes.
/// </summary>
public sealed record MisclassifiedFile
{
    /// <summary>The name of this file in a report folder.</summary>
    public const string Name = "misclassified.json";

    /// <summary>The name of the picture with some of the images in a report folder.</summary>
    public const string SheetName = "misclassified.png";

    /// <summary>The split: <c>test</c>, or <c>select</c> for data without one.</summary>
    public required string Split { get; init; }

    /// <summary>Images of the split, rightly classified ones included.</summary>
    public int Images { get; init; }

    /// <summary>Position of each image in the split, ascending.</summary>
    public required IReadOnlyList<int> Index { get; init; }

    /// <summary>Its class in the data.</summary>
    public required IReadOnlyList<int> Label { get; init; }

    /// <summary>By seed of the original: the class that it was taken for.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Original { get; init; }

    /// <summary>By seed of the masterful model: the class that it was taken for.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Masterful { get; init; }

    /// <summary>Which of the images <see cref="SheetName"/> shows; null when there is no such picture.</summary>
    public MisclassifiedSheet? Sheet { get; init; }
}

/// <summary>A picture of images side by side without gaps, row by row.</summary>
/// <param name="Columns">Images in a row.</param>
/// <param name="Width">Of an image, pixels.</param>
/// <param name="Height">Of an image, pixels.</param>
/// <param name="Entries">For each image in the picture its place in the columns of <see cref="MisclassifiedFile"/>.</param>
public sealed record MisclassifiedSheet(int Columns, int Width, int Height, IReadOnlyList<int> Entries);
