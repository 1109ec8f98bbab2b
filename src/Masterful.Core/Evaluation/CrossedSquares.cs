namespace Masterful.Core.Evaluation;

/// <summary>
/// The mean squares of a table with one value for each image and seed: what the choice of images and of seeds does to its mean follows from
/// them.
/// </summary>
/// <param name="Seeds">Columns.</param>
/// <param name="Images">Rows.</param>
/// <param name="OfImages">Between images; 0 with one image.</param>
/// <param name="OfSeeds">Between seeds; 0 with one seed.</param>
/// <param name="OfRest">What is left: of an image at a seed; 0 with one of either.</param>
internal readonly record struct CrossedSquares(int Seeds, int Images, double OfImages, double OfSeeds, double OfRest)
{
    /// <summary>Values of the table.</summary>
    internal double Cells => (double)Seeds * Images;

    /// <summary>From the table's sums by seed and by image and its sum of squares; images whose values are all 0 need no sum of their own.</summary>
    /// <param name="bySeed">One a seed.</param>
    /// <param name="byImage">One an image, at least of those that are not 0.</param>
    /// <param name="squares">Over all values.</param>
    /// <param name="images">All images.</param>
    internal static CrossedSquares Of(double[] bySeed, IReadOnlyCollection<double> byImage, double squares, int images)
    {
        double seeds = bySeed.Length;
        var cells = seeds * images;
        var mean = bySeed.Sum() / cells;
        var correction = mean * mean * cells;
        var ofImages = Math.Max(0, byImage.Sum(v => v * v / seeds) - correction);
        var ofSeeds = Math.Max(0, bySeed.Sum(v => v * v / images) - correction);
        var rest = Math.Max(0, squares - correction - ofImages - ofSeeds);
        return new CrossedSquares(
            bySeed.Length,
            images,
            images > 1 ? ofImages / (images - 1) : 0,
            seeds > 1 ? ofSeeds / (seeds - 1) : 0,
            images > 1 && seeds > 1 ? rest / ((images - 1) * (seeds - 1)) : 0);
    }
}
