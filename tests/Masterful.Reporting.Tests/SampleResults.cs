using Masterful.Results;

namespace Masterful.Reporting.Tests;

/// <summary>Results as runs leave them: a good one, and the odd ones that a report must also stand.</summary>
internal static class SampleResults
{
    public static readonly string[] FashionClasses =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    private static readonly (string Name, string Kind, double Max)[] Axes =
    [
        ("horizontal_mirror", "rr", 1), ("rotate_90", "rr", 1), ("rotate", "m", 100), ("spatial", "m", 100), ("hsv", "m", 100), ("contrast", "m", 100),
        ("blur", "m", 100), ("trivial_augment", "rr", 1), ("rand_augment", "m", 100), ("erase", "m", 100), ("mixup", "rr", 1), ("cutmix", "rr", 1),
        ("label_smoothing", "m", 100),
    ];

    private static readonly double[] OriginalRecall = [0.842, 0.975, 0.842, 0.911, 0.861, 0.968, 0.700, 0.962, 0.974, 0.953];
    private static readonly double[] MasterfulRecall = [0.868, 0.981, 0.876, 0.925, 0.874, 0.977, 0.751, 0.957, 0.985, 0.966];

    public static DoseInfo Unlabeled { get; } = new(
        "unlabeled", 3, 3, "3 unlabeled images for each labelled one change validation loss by -36.1% ± 8.0% against a control of the same compute, by 1 seed: used.")
    {
        Seeds = 1,
        EpochShare = 0.25,
        Points =
        [
            new(0, 0, 0.2060, 0.0567), new(0.25, 5000, 0.1771, 0.0567) { Change = -0.14, StandardError = 0.016 },
            new(1, 20_000, 0.1317, 0.04) { Change = -0.361, StandardError = 0.015 },
        ],
    };

    public static RunResult Fashion() => new()
    {
        Run = new RunInfo
        {
            Id = "20261123-194210-3f9a",
            EngineVersion = "0.1.0",
            StartedAt = new DateTimeOffset(2026, 11, 23, 19, 42, 10, TimeSpan.Zero),
            FinishedAt = new DateTimeOffset(2026, 11, 23, 19, 53, 1, TimeSpan.Zero),
            Seed = 0,
            Device = "cpu",
            Hardware = "Intel Xeon, 2 cores, 7.8 GB, Debian 12",
            Versions = new Dictionary<string, string> { [".NET"] = "10.0.2", ["TorchSharp"] = "0.107.0", ["libtorch"] = "2.10.0 (cpu)" },
            TrialsRun = 61,
            TrialsReused = 2,
            PeakMemory = 1_412_000_000,
            Commands = ["dotnet masterful run --spec masterful.yaml", "dotnet masterful run --spec masterful.yaml --set policy.mode=locked"],
        },
        Dataset = new DatasetInfo
        {
            Name = "Fashion-MNIST",
            Background = "https://github.com/zalandoresearch/fashion-mnist",
            Description = "Grey 28×28 photographs of clothing from Zalando's articles.",
            Format = "idx",
            Fingerprint = "9c1d7be0a4f25f01",
            Classes = FashionClasses,
            Counts = new Dictionary<string, int> { ["train"] = 5400, ["select"] = 600, ["test"] = 10000, ["unlabeled"] = 0, ["synthetic"] = 0 },
            ClassCounts = new Dictionary<string, IReadOnlyList<int>>
            {
                ["train"] = [540, 540, 541, 539, 540, 540, 540, 540, 540, 540],
                ["select"] = [60, 60, 60, 60, 60, 60, 60, 60, 60, 60],
                ["test"] = [1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000],
            },
            Health = new HealthInfo
            {
                Duplicates = 3,
                Mean = [72.9],
                StandardDeviation = [90.0],
                Sizes = new Dictionary<string, int> { ["28×28×1"] = 16000 },
                Warnings = ["3 images stand twice in train."],
            },
        },
        Model = new ModelInfo
        {
            Name = "small-cnn",
            Parameters = 361_546,
            Fingerprint = "5be2a0c4",
            InputShape = [28, 28, 1],
            Options = new Dictionary<string, string> { ["width"] = "1.0" },
        },
        Recipe = new RecipeInfo
        {
            Epochs = 14,
            BatchSize = 64,
            LearningRate = 0.0817,
            Optimizer = "sgd",
            Precision = "bf16",
            Seeds = 3,
            WeightDecay = 5e-4,
            LearningRateSearched = true,
        },
        Policy = new PolicyInfo
        {
            Name = "macadamia-scarlet-terrier",
            Source = "search",
            Values =
            [
                new("horizontal_mirror", "horizontal_mirror (rr)", "rr", 0.5), new("spatial", "spatial (m)", "m", 45),
                new("contrast", "contrast (m)", "m", 20), new("blur", "blur (m)", "m", 20), new("erase", "erase (m)", "m", 60),
                new("cutmix", "cutmix (rr)", "rr", 0.5),
            ],
        },
        Original = Arm(FashionClasses, OriginalRecall, 0.1012, [0.1003, 0.1019, 0.1014], 0.2931, 0.2878),
        Masterful = Arm(FashionClasses, MasterfulRecall, 0.0840, [0.0829, 0.0851, 0.0840], 0.2394, 0.2371),
        Comparison = new ComparisonResult
        {
            ErrorRateReduction = 0.16996,
            Low = 0.128,
            High = 0.211,
            Confidence = 0.95,
            DeltaLow = 0.129,
            DeltaHigh = 0.211,
            McnemarP = 3.1e-9,
            ValidationLossReduction = 0.1832,
            Outcome = Verdict.Better,
            Classes = Changes(FashionClasses, OriginalRecall, MasterfulRecall, 0.032),
            Measures =
            [
                new("errorRate", -0.0172, -0.021, -0.013, Verdict.Better), new("meanRecall", 0.0172, 0.012, 0.022, Verdict.Better),
                new("meanPrecision", 0.0172, -0.001, 0.035, Verdict.WithinNoise), new("testLoss", -0.0507, -0.06, -0.04, Verdict.Better),
                new("validationLoss", -0.0537, -0.07, -0.037, Verdict.Better),
            ],
        },
        Attribution =
        [
            Step("horizontal_mirror", -0.0208, 0.0021), Step("spatial", -0.0114, 0.0032), Step("contrast+blur", 0.0018, 0.0024),
            Step("erase", -0.0319, 0.0035), Step("cutmix", 0.0086, 0.0022),
        ],
        Search = new SearchInfo
        {
            PoliciesTested = 41,
            Doses = [Unlabeled, new("synthetic", 0, 0, "The budget is too small to tell whether synthetic images help: they are not used.")],
            Groups =
            [
                new("horizontal_mirror+rotate_90", true, 3) { Reason = "horizontal mirror at 0.5 gains 0.021 ± 0.003", LossDelta = -0.021, StandardError = 0.003 },
                new("rotate+spatial", true, 2) { LossDelta = -0.009, StandardError = 0.004 },
                new("hsv+contrast+blur", true, 1) { LossDelta = -0.004, StandardError = 0.002 },
                new("erase", true, 3) { LossDelta = -0.028, StandardError = 0.005 },
                new("mixup|cutmix", false, null) { Reason = "no candidate gained more than one standard error", LossDelta = -0.001, StandardError = 0.004 },
            ],
            ImagePasses = 21_400_000,
            Seconds = 371,
            Ratio = 1.48,
            Trainings = 8.9,
        },
        Ledger = [new("baseline", 9, 3_200_000, 44), new("search", 41, 21_400_000, 371), new("final", 6, 14_500_000, 190), new("attribution", 12, 9_100_000, 130)],
        Gate = new GateResult("passed",
        [
            new("error_rate_reduction", 0.10, 0.16996, "passed") { Message = "The reduction is 17.0%, 12.8% to 21.1%; 10% is required." },
            new("max_error_rate", 0.12, 0.0840, "passed"),
            new("max_class_recall_drop", 0.02, 0.005, "passed") { Message = "Sneaker loses 0.5 points." },
            new("max_error_rate_increase", 0.005, null, "not-evaluated") { Message = "No earlier result was given." },
        ]),
        Notes = ["The learning rate was searched for: 0.0817.", "1 of 63 trials diverged and was left out."],
    };

    public static PoliciesFile FashionPolicies(int count = 41)
    {
        var random = new Random(7);
        List<TestedPolicyInfo> policies = [];
        double[] found = [0.5, 0, 0, 45, 0, 20, 20, 0, 0, 60, 0, 0.5, 0];
        double[] levels = [20, 60, 100, 40, 80];
        for (var i = 0; i < count - 1; i++)
        {
            var reached = Math.Min(Axes.Length - 1, i * Axes.Length / (count - 1));
            var values = Axes.Take(reached).Select((a, k) => (a.Name, Value: found[k])).Where(v => v.Value > 0).ToDictionary(v => v.Name, v => v.Value);
            values[Axes[reached].Name] = Axes[reached].Max == 1 ? levels[i % 5] / 100 : levels[i % 5];
            policies.Add(new TestedPolicyInfo
            {
                Values = values,
                ValidationLoss = i == 9 ? 2.3 : 0.31 - (reached * 0.004) + (random.NextDouble() * 0.035),
                ErrorRate = 0.1 + (random.NextDouble() * 0.02),
                Stage = Axes[reached].Name,
                Fidelity = i % 2 == 0 ? 0.35 : 1,
                Seeds = i % 2 == 0 ? 2 : 4,
            });
        }

        policies.Add(new TestedPolicyInfo
        {
            Values = Axes.Zip(found).Where(v => v.Second > 0).ToDictionary(v => v.First.Name, v => v.Second),
            ValidationLoss = 0.2417,
            ErrorRate = 0.084,
            Selected = true,
            Stage = "candidates",
            Fidelity = 1,
            Seeds = 4,
        });
        return new PoliciesFile([.. Axes.Select(a => new PolicyAxis(a.Name, a.Kind, 0, a.Max))], policies);
    }

    /// <summary>Nothing beat the original: policy <c>none</c>, no change, an inconclusive gate.</summary>
    public static RunResult None()
    {
        var fashion = Fashion();
        return fashion with
        {
            Policy = new PolicyInfo { Name = "none", Source = "none" },
            Masterful = fashion.Original,
            Attribution = [],
            Comparison = new ComparisonResult { ErrorRateReduction = 0, Low = 0, High = 0, Confidence = 0.95, McnemarP = 1, ValidationLossReduction = 0 },
            Gate = new GateResult("failed", [new("error_rate_reduction", 0.10, 0, "failed") { Message = "The reduction is 0.0%; 10% is required." }]),
        };
    }

    /// <summary>A locked policy: nothing searched, nothing attributed, nothing compared.</summary>
    public static RunResult Locked()
    {
        var fashion = Fashion();
        return fashion with
        {
            Policy = fashion.Policy with { Source = "lock" },
            Search = null,
            Attribution = [],
            Ledger = [],
            Notes = [],
            Comparison = new ComparisonResult { Confidence = 0.95 },
            Dataset = fashion.Dataset with { ClassCounts = new Dictionary<string, IReadOnlyList<int>>(), Background = null, Description = null },
            Gate = new GateResult("not-evaluated", []),
            Run = fashion.Run with { Commands = [], Versions = new Dictionary<string, string>(), Hardware = null },
        };
    }

    public static RunResult ManyClasses(int count)
    {
        var names = Enumerable.Range(0, count).Select(i => i switch
        {
            3 => "a class with a name so long that no chart on earth would have room for the whole of it",
            5 => "",
            7 => "Ärmelloses Kleid",
            9 => "衬衫",
            11 => "Σανδάλι",
            _ => $"category {i}",
        }).ToArray();
        var random = new Random(3);
        var original = names.Select(_ => 0.55 + (random.NextDouble() * 0.4)).ToArray();
        var masterful = original.Select(r => Math.Clamp(r - 0.02 + (random.NextDouble() * 0.1), 0, 1)).ToArray();
        var fashion = Fashion();
        return fashion with
        {
            Dataset = fashion.Dataset with
            {
                Name = $"{count} classes",
                Classes = names,
                ClassCounts = new Dictionary<string, IReadOnlyList<int>>
                {
                    ["train"] = [.. names.Select((_, i) => i == 4 ? 0 : 40 + (i * 7 % 90))],
                    ["test"] = [.. names.Select((_, i) => 20 + (i * 3 % 11))],
                    ["synthetic"] = [.. names.Select((_, i) => i * 1000)],
                },
            },
            Original = Arm(names, original, 0.26, [0.25, 0.27, 0.26], 0.9, 0.95),
            Masterful = Arm(names, masterful, 0.23, [0.22, 0.24, 0.23], 0.8, 0.85),
            Comparison = fashion.Comparison with { Classes = Changes(names, original, masterful, 0.015) },
        };
    }

    /// <summary>Every verdict side by side: better, worse, within noise with either sign, a class without test images, and one that is never predicted.</summary>
    public static RunResult Verdicts()
    {
        double[] after = [.. MasterfulRecall.Select((r, i) => i switch { 0 => 0.78, 4 => 0.855, 7 => 0.962, _ => r })];
        ArmResult Odd(ArmResult arm) => arm with
        {
            Classes =
            [
                .. arm.Classes.Select((c, i) => i switch
                {
                    3 => c with { Support = 0, Predicted = 0 },
                    8 => c with { Predicted = 0, Recall = 0, RecallLow = 0, RecallHigh = 0.004 },
                    _ => c,
                }),
            ],
        };
        var fashion = Fashion();
        var changes = Changes(FashionClasses, OriginalRecall, after, 0.032).ToArray();
        var absent = new ClassChange("", double.NaN, double.NaN, double.NaN) { Verdict = Verdict.Undefined, PrecisionVerdict = Verdict.Undefined };
        changes[3] = absent with { Name = FashionClasses[3] };
        changes[8] = absent with { Name = FashionClasses[8], RecallChange = 0, Low = -0.01, High = 0.01, P = 1, Verdict = Verdict.WithinNoise };
        return fashion with
        {
            Original = Odd(Arm(FashionClasses, OriginalRecall, 0.1012, [0.1003, 0.1019, 0.1014], 0.2931, 0.2878)),
            Masterful = Odd(Arm(FashionClasses, after, 0.0985, [0.0979, 0.0991, 0.0985], 0.2894, 0.2871)),
            Comparison = fashion.Comparison with
            {
                ErrorRateReduction = 0.0267,
                Low = -0.014,
                High = 0.066,
                Outcome = Verdict.WithinNoise,
                Classes = changes,
                Measures = [new("errorRate", -0.0027, -0.006, 0.002, Verdict.WithinNoise), new("testLoss", -0.0007, -0.01, 0.009, Verdict.WithinNoise)],
            },
        };
    }

    /// <summary>Error rates from which no reduction follows.</summary>
    public static RunResult Rates(double original, double masterful)
    {
        var fashion = Fashion();
        ArmResult With(ArmResult arm, double rate) => arm with { ErrorRate = rate, ErrorRateLow = rate, ErrorRateHigh = double.IsNaN(rate) ? rate : rate + 0.0004, ErrorRatePerSeed = [rate, rate, rate] };
        return fashion with
        {
            Original = With(fashion.Original, original),
            Masterful = With(fashion.Masterful, masterful),
            Comparison = new ComparisonResult { Confidence = 0.95, Outcome = ComparisonOutcome.Of(original, masterful, null, null, null) },
            Gate = new GateResult("inconclusive", [new("error_rate_reduction", 0.1, null, "inconclusive") { Reason = ComparisonOutcome.Of(original, masterful, null, null, null) }]),
        };
    }

    private static IReadOnlyList<ClassChange> Changes(string[] names, double[] original, double[] masterful, double half) =>
    [
        .. names.Select((name, i) =>
        {
            var (recall, precision) = (masterful[i] - original[i], masterful[^(i + 1)] - original[^(i + 1)]);
            return new ClassChange(name, recall, recall - half, recall + half)
            {
                P = Math.Min(1, half / (30 * Math.Abs(recall))),
                Verdict = Verdict.Of(recall, recall - half, recall + half),
                PrecisionChange = precision,
                PrecisionLow = precision - half,
                PrecisionHigh = precision + half,
                PrecisionP = 0.5,
                PrecisionVerdict = Verdict.Of(precision, precision - half, precision + half),
            };
        }),
    ];

    /// <summary>Names that try to be markup, links, mentions and formulas.</summary>
    public static RunResult Hostile()
    {
        string[] names =
        [
            "a|b`c``d", "<img src=x onerror=alert(1)>", "@torvalds and #1", "line\none\r\n# two", "[x](javascript:alert(1))", "![i](http://evil.example/i.png)",
            "=HYPERLINK(\"http://evil.example\")", "</style><script>alert(1)</script>", "\u202Eevil\u0007", "https://evil.example www.evil.example a@b.example",
        ];
        var fashion = Fashion();
        return fashion with
        {
            Run = fashion.Run with { Id = "x`</code>|", Device = "cpu|<b>", Hardware = "<script>", Commands = ["echo ```\n```\n# heading", "</code></pre><script>alert(1)</script>"] },
            Dataset = fashion.Dataset with
            {
                Name = "</title><script>alert(1)</script> # Gate",
                Description = "| a | b |\n| - | - |\n\n<iframe src=http://evil.example>",
                Background = "javascript:alert(1)",
                Classes = names,
                Fingerprint = "`|<b>",
                SamplesImage = "../../etc/passwd",
                Health = fashion.Dataset.Health with { Warnings = ["<img src=x onerror=alert(1)>", "- [ ] task\n\n## Gate"] },
            },
            Model = fashion.Model with { Name = "DigitNet|<b>", Options = new Dictionary<string, string> { ["a|b"] = "<i>`" } },
            Policy = fashion.Policy with { Name = "*bold*_x_|", Values = [new("rotate|<b>", "rotate|<b> (m)", "m", 50), new("@evil", "@evil (q)", "q", double.NaN)] },
            Original = Arm(names, OriginalRecall, 0.1012, [0.1003, double.NaN], double.NaN, double.NaN),
            Masterful = Arm(names, MasterfulRecall, 0.084, [0.0829], 0.2394, 0.2371),
            Attribution = [Step("<b>|x", -0.01, null), Step("", 0.002, 0.0001)],
            Gate = new GateResult("failed", [new("error|<b>", 0.1, double.NaN, "<b>|") { Message = "![x](http://evil.example)" }]),
            Notes = ["<details>\n\n# Overview", "@everyone"],
        };
    }

    private static AttributionStep Step(string technique, double delta, double? error) => new()
    {
        Technique = technique,
        ValidationLossDelta = delta,
        StandardError = error,
        Significant = error is { } e && Math.Abs(delta) > 2 * e,
        ErrorRateDelta = delta / 4,
        ErrorRateStandardError = error / 3,
        LeaveOneOutDelta = error is null ? null : (-0.8 * delta) - 0.001,
        LeaveOneOutStandardError = error,
        LeaveOneOutErrorRateDelta = error is null ? null : -0.2 * delta,
        LeaveOneOutErrorRateStandardError = error / 3,
    };

    private static ArmResult Arm(IReadOnlyList<string> names, double[] recall, double error, double[] seeds, double validation, double test) => new()
    {
        ErrorRate = error,
        ErrorRateLow = error - 0.0055,
        ErrorRateHigh = error + 0.0058,
        ErrorRatePerSeed = seeds,
        ValidationLoss = validation,
        ValidationErrorRate = 0.02 + (validation / 4),
        TestLoss = test,
        Classes =
        [
            .. names.Select((name, i) => new ClassResult
            {
                Name = name,
                Support = 1000,
                Recall = recall[i],
                RecallLow = Math.Max(0, recall[i] - 0.021),
                RecallHigh = Math.Min(1, recall[i] + 0.018),
                Precision = Math.Min(1, recall[^(i + 1)] + 0.004),
                PrecisionLow = Math.Max(0, recall[^(i + 1)] - 0.016),
                PrecisionHigh = Math.Min(1, recall[^(i + 1)] + 0.019),
            }),
        ],
        Confusion = [.. names.Select((_, t) => (IReadOnlyList<int>)[.. names.Select((_, p) => t == p ? (int)(3000 * recall[t]) : t == (p + 1) % names.Count ? 9 : 0)])],
    };
}
