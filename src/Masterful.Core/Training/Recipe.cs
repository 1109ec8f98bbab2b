using Masterful.Core.Spec;

namespace Masterful.Core.Training;

/// <summary>How a model is trained, apart from the policy: both arms share it whole, so that they differ in policy alone.</summary>
public sealed record Recipe
{
    /// <summary>Epochs of a full training.</summary>
    public required int Epochs { get; init; }

    /// <summary>Images a step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Peak of the one-cycle schedule.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The update rule.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Sgd;

    /// <summary>Momentum of SGD; first-moment decay of AdamW and LAMB.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Not applied to norms and biases.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>Share of the steps over which the learning rate rises.</summary>
    public double WarmupShare { get; init; } = 0.25;

    /// <summary>Decay a step of the exponential moving average of the weights that is evaluated and kept; 0 is no average.</summary>
    public double EmaDecay { get; init; }

    /// <summary>Largest norm of the whole gradient; 0 is no clipping.</summary>
    public double ClipNorm { get; init; } = 5;

    /// <summary>Arithmetic, never <see cref="PrecisionKind.Auto"/>.</summary>
    public PrecisionKind Precision { get; init; } = PrecisionKind.Fp32;
}

/// <summary>How much of a full training a trial is.</summary>
/// <param name="EpochShare">Share of the recipe's epochs, over 0 to 1; the schedule anneals fully within them.</param>
/// <param name="ImageShare">Share of the training images (a stratified subset), over 0 to 1.</param>
public readonly record struct Fidelity(double EpochShare, double ImageShare)
{
    /// <summary>A full training.</summary>
    public static Fidelity Full { get; } = new(1, 1);

    /// <summary>Epochs at this fidelity, at least 1.</summary>
    public int Epochs(Recipe recipe) => Math.Max(1, (int)Math.Round(recipe.Epochs * EpochShare, MidpointRounding.AwayFromZero));

    /// <summary>Training images at this fidelity, at least 1.</summary>
    public int Images(int count) => Math.Max(1, (int)Math.Round(count * ImageShare, MidpointRounding.AwayFromZero));
}
