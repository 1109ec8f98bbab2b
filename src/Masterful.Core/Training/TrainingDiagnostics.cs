using Masterful.Core.Spec;

namespace Masterful.Core.Training;

/// <summary>What can be wrong with a training.</summary>
public static class TrainingDiagnostics
{
    /// <summary>A policy that adds synthetic or unlabeled images where there are none.</summary>
    public static readonly DiagnosticCode NoAddedImages = new(
        "MST0401", "the policy needs images that are not there", "Name them in dataset.splits.synthetic or dataset.splits.unlabeled, or leave the technique out.");

    /// <summary>No image to train on.</summary>
    public static readonly DiagnosticCode NoTrainingImages = new(
        "MST0402", "there is nothing to train on", "Check dataset.splits.train, dataset.limit and dataset.validation.");

    /// <summary>Parameters that are not float32, or none.</summary>
    public static readonly DiagnosticCode ParametersNotFloat = new(
        "MST0403", "the model's parameters can't be trained", "Make trainable parameters float32; precision: bf16 casts by itself.");

    /// <summary>No final training of the original model came to an end.</summary>
    public static readonly DiagnosticCode OriginalFailed = new(
        "MST0404", "the original model can't be trained", "Mend what the message names: the model's code, or training.learning_rate and training.batch_size.");

    /// <summary>A checkpoint that is damaged or of another training (a warning: the training starts from its beginning).</summary>
    public static readonly DiagnosticCode CheckpointDamaged = new(
        "MST0215", "a checkpoint is damaged", "Nothing: it is set aside, and the training starts from its beginning. Where it comes again, look at the disk.");
}
