namespace Masterful.Results.Tests;

/// <summary>A small result with every field filled.</summary>
internal static class SampleResult
{
    public static RunResult Whole() => new()
    {
        Run = new RunInfo
        {
            Id = "r1",
            EngineVersion = "0.1.0",
            StartedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            FinishedAt = new DateTimeOffset(2026, 1, 2, 3, 5, 5, TimeSpan.Zero),
            Device = "cpu",
            TrialsRun = 3,
        },
        Dataset = new DatasetInfo
        {
            Name = "two",
            Format = "folder",
            Fingerprint = "ab",
            Classes = ["cat, \"big\"", "=1+1"],
            Counts = new Dictionary<string, int> { ["train"] = 8, ["select"] = 2, ["test"] = 4, ["unlabeled"] = 0, ["synthetic"] = 0 },
            Health = new HealthInfo { Duplicates = 1, Mean = [1, double.NaN] },
        },
        Model = new ModelInfo { Name = "small-cnn", Fingerprint = "cd", InputShape = [8, 8, 3], Parameters = 10 },
        Recipe = new RecipeInfo { Optimizer = "sgd", Precision = "fp32", Epochs = 1, BatchSize = 2, LearningRate = 0.1, Seeds = 2 },
        Policy = new PolicyInfo { Name = "p", Source = "search", Values = [new("rotate", "rotate (m)", "m", 20)] },
        Original = Arm(0.5, [[3, 1], [3, 1]]),
        Masterful = Arm(0.25, [[4, 0], [2, 2]]),
        Comparison = new ComparisonResult { ErrorRateReduction = 0.5, Low = 0.1, High = 0.9, Confidence = 0.95, McnemarP = 0.5, ValidationLossReduction = double.NaN },
        Attribution = [new AttributionStep { Technique = "rotate", ValidationLossDelta = -0.1, StandardError = 0.01, Significant = true }],
        Search = new SearchInfo { PoliciesTested = 3, Groups = [new("rotate", true, 1)], ImagePasses = 100, Seconds = 1, Ratio = 1, Trainings = 2 },
        Ledger = [new("search", 3, 100, 1)],
        Gate = new GateResult("passed", [new("error_rate_reduction", 0.1, 0.5, "passed")]),
        Notes = ["a note"],
    };

    private static ArmResult Arm(double error, int[][] confusion) => new()
    {
        ErrorRate = error,
        ErrorRatePerSeed = [error, double.NaN],
        ValidationLoss = 0.7,
        TestLoss = double.PositiveInfinity,
        Classes =
        [
            new ClassResult { Name = "cat, \"big\"", Support = 2, Recall = 0.75, RecallLow = 0.2, RecallHigh = 0.9, Precision = 0.5, PrecisionLow = 0.1, PrecisionHigh = 0.8 },
            new ClassResult { Name = "=1+1", Support = 2, Recall = 0.25, RecallLow = 0.1, RecallHigh = 0.7, Precision = double.NaN, PrecisionLow = 0, PrecisionHigh = 1 },
        ],
        Confusion = confusion,
    };
}
