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
    internal static CrossedVariance Of(double[] bySeed, double[] byImage, double squares)
    {
        double seeds = bySeed.Length;
        double images = byImage.Length;
        var cells = seeds * images;
        var mean = bySeed.Sum() / cells;
        var correction = mean * mean * cells;
        var imageSquares = Math.Max(0, byImage.Sum(v => v * v / seeds) - correction);
        var seedSquares = Math.Max(0, bySeed.Sum(v => v * v / images) - correction);
        var meanOfImages = images > 1 ? imageSquares / (images - 1) / cells : 0;
        if (bySeed.Length == 1)
        {
            return new CrossedVariance(meanOfImages, 0, Math.Max(1, images - 1));
        }

        var meanOfSeeds = seedSquares / (seeds - 1) / cells;
        var rest = Math.Max(0, squares - correction - imageSquares - seedSquares);
        var interaction = images > 1 ? rest / ((images - 1) * (seeds - 1)) / cells : 0;
        var common = Math.Max(meanOfSeeds - interaction, LeastShare * meanOfSeeds);
        var total = meanOfImages + common;
        var spread = (meanOfSeeds * meanOfSeeds / (seeds - 1)) + (meanOfImages * meanOfImages / Math.Max(1, images - 1));
        return new CrossedVariance(meanOfImages, common, spread > 0 ? Math.Max(seeds - 1, total * total / spread) : seeds - 1);
    }
}
