namespace Masterful.Core.Evaluation;

/// <summary>A model's logits on a split, with the truth.</summary>
/// <param name="Logits">Row-major <c>[Count, ClassCount]</c>.</param>
/// <param name="ClassCount">Number of classes.</param>
/// <param name="Labels">True class of each image.</param>
public sealed record Predictions(float[] Logits, int ClassCount, int[] Labels)
{
    /// <summary>Number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>The logits of an image.</summary>
    public ReadOnlySpan<float> this[int index] => Logits.AsSpan(index * ClassCount, ClassCount);
}
