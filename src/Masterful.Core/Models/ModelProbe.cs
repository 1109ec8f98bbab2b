using Masterful.Core.Spec;
using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>What a probe found out about a model.</summary>
/// <param name="DisplayName">What the report calls it.</param>
/// <param name="Fingerprint">See <see cref="ModelBuilder.Fingerprint"/>.</param>
/// <param name="TrainableParameters">Number of values that training changes.</param>
public sealed record ModelFacts(string DisplayName, string Fingerprint, long TrainableParameters);

/// <summary>Tries a model before anything is trained, so that a mistake in it is a message for its author and not a failed search.</summary>
public static class ModelProbe
{
    private const int Images = 2;

    /// <summary>
    /// Makes the model, runs two zero images through it in training and in evaluation mode, and checks the logits. Takes numbers from torch's
    /// global generator, as <see cref="ModelBuilder.Create"/> does.
    /// </summary>
    /// <exception cref="DiagnosticException">The model can't be made, throws, or gives logits of the wrong shape or that are not finite.</exception>
    public static ModelFacts Check(ModelSpec model, int classCount)
    {
        using var classifier = ModelBuilder.Create(model, classCount);
        var name = ModelBuilder.DisplayName(model);
        if (classifier.TrainableParameters == 0)
        {
            throw new DiagnosticException(
                ModelDiagnostics.NothingToTrain,
                $"{name} has no trainable parameters. Are its layers fields of the module, and is RegisterComponents() called in its constructor?");
        }

        using var noGradient = no_grad();
        foreach (var training in new[] { true, false })
        {
            using var scope = NewDisposeScope();
            classifier.train(training);
            var shape = model.InputShape;
            CheckLogits(name, classCount, classifier.call(zeros(Images, shape.Channels, shape.Height, shape.Width)), training);
        }

        return new ModelFacts(name, ModelBuilder.Fingerprint(model), classifier.TrainableParameters);
    }

    private static void CheckLogits(string name, int classCount, Tensor logits, bool training)
    {
        if (!logits.shape.SequenceEqual([Images, classCount]))
        {
            throw new DiagnosticException(
                ModelDiagnostics.WrongOutput,
                $"{name} returns {Shape(logits)} for {Images} images; right would be [{Images}, {classCount}]: one logit for each of the {classCount} classes.");
        }

        if (!logits.isfinite().all().item<bool>())
        {
            var mode = training ? "training" : "evaluation";
            throw new DiagnosticException(
                ModelDiagnostics.NotFinite, $"{name}, freshly initialised, returns NaN or infinity for two black images in {mode} mode.");
        }
    }

    private static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
