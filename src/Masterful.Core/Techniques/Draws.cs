using static TorchSharp.torch;

namespace Masterful.Core.Techniques;

/// <summary>
/// What each image of a batch draws, one column a draw. A column belongs to its technique for good: turning a technique on or off
/// moves no other technique's draws, so that two trainings with one seed see the same angles, operations and partners.
/// New columns change every draw: they are an engine version of their own.
/// </summary>
internal enum Draw
{
    MirrorGate,
    TurnGate,
    TurnCount,
    RotateAngle,
    SpatialOperation,
    SpatialStrength,
    SpatialSign,
    HsvOperation,
    HsvStrength,
    HsvSign,
    ContrastOperation,
    ContrastStrength,
    ContrastSign,
    BlurOperation,
    BlurStrength,
    BlurSign,
    TrivialGate,
    TrivialOperation,
    TrivialBin,
    TrivialSign,
    RandFirstOperation,
    RandFirstSign,
    RandSecondOperation,
    RandSecondSign,
    EraseArea,
    EraseAspect,
    EraseX,
    EraseY,
    MixupGate,
    MixupShare,
    MixupPartner,
    CutmixGate,
    CutmixShare,
    CutmixPartner,
    CutmixX,
    CutmixY,
}

/// <summary>
/// The uniforms of a batch, drawn on the CPU so that they are the same whatever the device. All that follows from them alone
/// (who is concerned, matrices, boxes, partners) is worked out on the CPU too, and the device is never asked for anything.
/// </summary>
internal sealed class Draws
{
    private static readonly int Columns = Enum.GetValues<Draw>().Length;
    private readonly float[] _uniforms;

    private Draws(int count, float[] uniforms) => (Count, _uniforms) = (count, uniforms);

    /// <summary>Images in the batch.</summary>
    public int Count { get; }

    /// <summary>The uniform in 0..1 (1 exclusive) that an image draws.</summary>
    public float this[Draw draw, int image] => _uniforms[(image * Columns) + (int)draw];

    /// <summary>Draws for a batch of <paramref name="count"/> images.</summary>
    public static Draws Sample(int count, Generator generator)
    {
        using var uniforms = rand([count, Columns], ScalarType.Float32, CPU, generator: generator);
        return new Draws(count, uniforms.data<float>().ToArray());
    }

    /// <summary>One of <paramref name="choices"/>, evenly.</summary>
    public int Choose(Draw draw, int image, int choices) => (int)(this[draw, image] * (double)choices);

    /// <summary>−1 or 1, evenly.</summary>
    public int Sign(Draw draw, int image) => this[draw, image] < 0.5f ? -1 : 1;

    /// <summary>The images whose draw falls under <paramref name="share"/>: those of a smaller share are among those of a larger one.</summary>
    public int[] Under(Draw draw, double share) => [.. Enumerable.Range(0, Count).Where(i => this[draw, i] < share)];

    /// <summary>A permutation of the batch, by rank of the draw.</summary>
    public int[] Permutation(Draw draw) => [.. Enumerable.Range(0, Count).OrderBy(i => this[draw, i])];
}
