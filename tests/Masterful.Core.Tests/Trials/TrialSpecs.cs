using Masterful.Core.Evaluation;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Masterful.Core.Trials;

namespace Masterful.Core.Tests.Trials;

/// <summary>A trial and a result with every field set, for tests to vary.</summary>
internal static class TrialSpecs
{
    public static TrialSpec Trial { get; } = new()
    {
        Policy = Policy.None.With(Technique.Rotate, 30).With(Technique.Hsv, 50) with
        {
            Name = "cashew-teal-heron",
            Calibration = new Calibration(new Dictionary<string, IReadOnlyList<double>>
            {
                ["hue"] = [0.1, 0.2, 0.3, 0.4, 0.5],
                ["shear_x"] = [0.2, 0.4, 0.6, 0.8, 1],
            }),
        },
        Recipe = new Recipe { Epochs = 20, BatchSize = 128, LearningRate = 0.1 },
        Fidelity = new Fidelity(0.35, 0.5),
        Seed = 42,
        DataFingerprint = "data",
        ModelFingerprint = "model",
        DeviceKind = "cpu",
        EngineVersion = "1.2.3",
    };

    public static TrialResult Result(TrialSpec trial) => new()
    {
        Key = TrialKey.Of(trial),
        Status = TrialStatus.Completed,
        SelectLoss = 1 / 3.0,
        SelectError = 0.1,
        RawSelectLoss = double.NaN,
        Select = new Predictions([1.5f, -2, float.MaxValue, 0], 2, [1, 0]),
        Test = new Predictions([1e-20f, 3], 2, [1]),
        EpochLosses = [2.5, 1.25, double.NaN, double.PositiveInfinity],
        ImagePasses = 1L << 40,
        Seconds = 12.345,
        PeakMemory = 1L << 33,
    };
}
