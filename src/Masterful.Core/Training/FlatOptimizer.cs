using Masterful.Core.Spec;
using static TorchSharp.torch;

namespace Masterful.Core.Training;

/// <summary>An update rule over <see cref="FlatParameters"/>.</summary>
internal abstract class FlatOptimizer(FlatParameters parameters) : IDisposable
{
    /// <summary>What the rule updates.</summary>
    protected FlatParameters Parameters { get; } = parameters;

    /// <summary>Running averages by name, <c>float32 [Count]</c>: what a checkpoint holds besides the step count.</summary>
    public abstract IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>Updates the parameters from the gradients; the gradients are used up.</summary>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="step">Which step it is, counted from 1.</param>
    public abstract void Step(double learningRate, long step);

    /// <summary>Makes the rule that a recipe names.</summary>
    public static FlatOptimizer Create(Recipe recipe, FlatParameters parameters) => recipe.Optimizer switch
    {
        OptimizerKind.Sgd => new NesterovSgd(parameters, recipe.Momentum, recipe.WeightDecay),
        OptimizerKind.AdamW => new AdamW(parameters, recipe.Momentum, recipe.WeightDecay),
        OptimizerKind.Lamb => new Lamb(parameters, recipe.Momentum, recipe.WeightDecay),
        _ => throw new ArgumentOutOfRangeException(nameof(recipe), recipe.Optimizer, "Unknown optimizer."),
    };

    /// <summary>Releases the running averages.</summary>
    public void Dispose()
    {
        foreach (var tensor in State.Values)
        {
            tensor.Dispose();
        }
    }

    /// <summary>A running average that starts at zero and outlives the step.</summary>
    protected Tensor NewState() => zeros_like(Parameters.Values).DetachFromDisposeScope();
}
