using Masterful.Core.Spec.Shapes;

namespace Masterful.Core.Spec.Keys;

/// <summary>The keys of <c>training</c>.</summary>
internal static class TrainingKeys
{
    private static readonly TrainingSpec Defaults = new();

    private static readonly SpecKey<string> Task = new(
        "task", Choice.OfWords(["classification"]), "classification", "What the model learns; images are classified.");

    private static readonly SpecKey<int> Epochs = new(
        "epochs", new IntegerShape(1, 10_000), Defaults.Epochs, "Passes over the training images in a full training.");

    private static readonly SpecKey<int?> BatchSize = new(
        "batch_size", new WordOr<int>("auto", new IntegerShape(1, 65_536)), Defaults.BatchSize, "Images a step; auto searches for a good one.");

    private static readonly SpecKey<double?> LearningRate = new(
        "learning_rate",
        new WordOr<double>("auto", new NumberShape(0, 100, aboveMinimum: true)),
        Defaults.LearningRate,
        "Peak of the one-cycle schedule; auto searches for a good one.");

    private static readonly SpecKey<OptimizerKind> Optimizer = new(
        "optimizer", Choice.Of<OptimizerKind>(), Defaults.Optimizer, "sgd: with Nesterov momentum. adamw. lamb: for large batches.");

    private static readonly SpecKey<double> WeightDecay = new(
        "weight_decay", new NumberShape(0, 1), Defaults.WeightDecay, "L2 for sgd, decoupled for adamw and lamb; not applied to norms and biases.");

    private static readonly SpecKey<PrecisionKind> Precision = new(
        "precision", Choice.Of<PrecisionKind>(), Defaults.Precision, "Arithmetic of forward and backward passes; auto chooses by device.");

    private static readonly SpecKey<int> Seeds = new(
        "seeds", new IntegerShape(1, 100), Defaults.Seeds, "Paired repeats of the original and the masterful training; more give narrower intervals.");

    private static readonly SpecKey<int> Seed = new(
        "seed", new IntegerShape(0, int.MaxValue), Defaults.Seed, "The seed that all randomness of a run derives from.");

    /// <summary>The section.</summary>
    public static readonly SectionShape<TrainingSpec> Section = new(
        [Task, Epochs, BatchSize, LearningRate, Optimizer, WeightDecay, Precision, Seeds, Seed],
        s =>
        {
            // The only task there is: read for its errors, kept nowhere.
            s.Read(Task);
            return new TrainingSpec
            {
                Epochs = s.Read(Epochs),
                BatchSize = s.Read(BatchSize),
                LearningRate = s.Read(LearningRate),
                Optimizer = s.Read(Optimizer),
                WeightDecay = s.Read(WeightDecay),
                Precision = s.Read(Precision),
                Seeds = s.Read(Seeds),
                Seed = s.Read(Seed),
            };
        });
}
