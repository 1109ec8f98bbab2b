using static TorchSharp.torch;

namespace Masterful.Core.Techniques;

/// <summary>
/// Blackens a rectangle of each image: its area is drawn evenly up to 40% × magnitude / 100 of the image, its aspect log-evenly in
/// 0.3..3.3, its place evenly (Zhong et al., Random Erasing, AAAI 2020; torchvision's <c>RandomErasing</c> with value 0).
/// </summary>
internal sealed class Erase(double magnitude) : IBatchTechnique
{
    private static readonly (double Low, double High) LogAspect = (Math.Log(0.3), Math.Log(3.3));

    public void Apply(AugmentedBatch batch, Draws draws)
    {
        using var scope = NewDisposeScope();
        var (height, width) = ((int)batch.Images.shape[2], (int)batch.Images.shape[3]);
        var boxes = Enumerable.Range(0, draws.Count).Select(i => BoxOf(draws, i, height, width)).ToArray();
        batch.Images.masked_fill_(Box.Mask(boxes, height, width, batch.Images.device), 0);
    }

    /// <summary>The rectangle of an image.</summary>
    public Box BoxOf(Draws draws, int image, int height, int width)
    {
        var area = 0.4 * magnitude / 100 * draws[Draw.EraseArea, image] * height * width;
        var aspect = Math.Exp(LogAspect.Low + (draws[Draw.EraseAspect, image] * (LogAspect.High - LogAspect.Low)));
        var rows = Math.Clamp((int)Math.Round(Math.Sqrt(area * aspect)), 1, height);
        var columns = Math.Min((int)(area / rows), width);
        return new Box(
            draws.Choose(Draw.EraseY, image, height - rows + 1), draws.Choose(Draw.EraseX, image, width - columns + 1), rows, columns);
    }
}
