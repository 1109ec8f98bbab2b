namespace Masterful.Core.Evaluation;

/// <summary>
/// The variance of a mean over images and seeds when both are samples: the two-way random-effects analysis of variance
/// (Searle, Casella and McCulloch 1992, "Variance Components", chapter 4) of a table with one value for each image and seed.
/// </summary>
/// <param name="Images">Variance by the choice of images, with what differs from seed to seed within an image.</param>
/// <param name="Seeds">
/// Variance by the choice of seeds that is common to all images: what the means of the seeds differ by, less what that is explained
/// by different errors on the images at hand, but at least a tenth of it; 0 with one seed, which can't tell.
/// </param>
/// <param name="DegreesOfFreedom">Of their sum, after Satterthwaite (1946).</param>
internal readonly record struct CrossedVariance(double Images, double Seeds, double DegreesOfFreedom)
{
    /// <summary>
    /// The difference of two noisy mean squares is often 0 when the truth is not. Of floors from 0 to ¾, simulated with 3 and 5 seeds,
    /// a tenth comes nearest to nominal coverage over the range of what seeds may do.
    /// </summary>
    private const double LeastShare = 0.1;

    /// <summary>Of the mean.</summary>
    internal double Total => Images + Seeds;

    /// <summary>From the table's sums by seed and by image and its sum of squares.</summary>
    internal static CrossedVariance Of(double[] bySeed, double[] byImage, double squares) =>
        Of(CrossedSquares.Of(bySeed, byImage, squares, byImage.Length));

    /// <summary>From the table's mean squares.</summary>
    internal static CrossedVariance Of(CrossedSquares table)
    {
        var degreesOfImages = Math.Max(1, table.Images - 1);
        var images = table.OfImages / table.Cells;
        if (table.Seeds == 1)
        {
            return new CrossedVariance(images, 0, degreesOfImages);
        }

        var (seeds, rest) = (table.OfSeeds / table.Cells, table.OfRest / table.Cells);
        var common = Math.Max(seeds - rest, LeastShare * seeds);
        var total = images + common;
        var spread = (seeds * seeds / (table.Seeds - 1)) + (images * images / degreesOfImages);
        return new CrossedVariance(images, common, spread > 0 ? Math.Max(table.Seeds - 1, total * total / spread) : table.Seeds - 1);
    }
}
