using Masterful.Core.Evaluation;
using Masterful.Core.Spec;
using Masterful.Results;
using Xunit;

namespace Masterful.Core.Tests.Evaluation;

public sealed class GateTests
{
    private static readonly GateSpec Reduction = new() { ErrorRateReduction = 0.1 };

    [Theory]
    [InlineData(0.12, 0.04, "passed")]
    [InlineData(0.1, 0.01, "passed")]
    [InlineData(0.12, 0.0, "inconclusive")]
    [InlineData(0.12, -0.02, "inconclusive")]
    [InlineData(0.09, 0.04, "failed")]
    [InlineData(0.09, -0.04, "failed")]
    [InlineData(double.NaN, 0.04, "failed")]
    [InlineData(0.12, double.NaN, "failed")]
    [InlineData(null, null, "failed")]
    public void Error_rate_reduction_needs_the_point_and_the_lower_bound(double? value, double? low, string status)
    {
        var result = Gate.Evaluate(Reduction, Arm(0.1), Arm(0.09), new ComparisonResult { ErrorRateReduction = value, Low = low, High = 0.3, Confidence = 0.95 });

        Assert.Equal(status, result.Status);
        Assert.Equal(status, Assert.Single(result.Rules).Status);
        Assert.NotNull(result.Rules[0].Message);
    }

    [Theory]
    [InlineData(0.06, "passed")]
    [InlineData(0.0601, "failed")]
    [InlineData(double.NaN, "failed")]
    public void Max_error_rate_is_of_the_masterful_model(double rate, string status) =>
        Assert.Equal(status, Gate.Evaluate(new GateSpec { MaxErrorRate = 0.06 }, Arm(0.5), Arm(rate), new ComparisonResult()).Status);

    [Theory]
    [InlineData(0.9, 0.88, "passed")]
    [InlineData(0.9, 0.87, "failed")]
    [InlineData(0.9, double.NaN, "failed")]
    public void Max_class_recall_drop_is_of_the_worst_class(double before, double after, string status)
    {
        var result = Gate.Evaluate(
            new GateSpec { MaxClassRecallDrop = 0.02 }, Arm(0.1, 0.5, before), Arm(0.1, 0.9, after), new ComparisonResult());

        Assert.Equal(status, result.Status);
        if (double.IsFinite(after))
        {
            Assert.Contains("'class 1'", result.Rules[0].Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0.09, "passed")]
    [InlineData(0.084, "failed")]
    [InlineData(double.NaN, "failed")]
    public void Max_error_rate_increase_is_against_the_baseline(double before, string status) =>
        Assert.Equal(status, Gate.Evaluate(
            new GateSpec { MaxErrorRateIncrease = 0.005 }, Arm(0.1), Arm(0.09), new ComparisonResult(), Baseline(before)).Status);

    [Fact]
    public void Without_a_baseline_the_increase_is_not_evaluated_and_does_not_fail()
    {
        var result = Gate.Evaluate(
            new GateSpec { MaxErrorRateIncrease = 0.005, MaxErrorRate = 0.2 }, Arm(0.1), Arm(0.09), new ComparisonResult());

        Assert.Equal("passed", result.Status);
        Assert.Equal(["passed", "not-evaluated"], result.Rules.Select(r => r.Status));
    }

    [Fact]
    public void No_rules_are_not_evaluated() =>
        Assert.Equal("not-evaluated", Gate.Evaluate(new GateSpec(), Arm(0.1), Arm(0.1), new ComparisonResult()).Status);

    [Fact]
    public void A_missing_arm_fails_every_rule_but_a_missing_baseline()
    {
        var missing = Comparison.MissingArm(["a", "b"]);
        var gate = new GateSpec { ErrorRateReduction = 0, MaxErrorRate = 1, MaxClassRecallDrop = 1, MaxErrorRateIncrease = 1 };

        var result = Gate.Evaluate(gate, missing, missing, new ComparisonResult());

        Assert.Equal("failed", result.Status);
        Assert.Equal(["failed", "failed", "failed", "not-evaluated"], result.Rules.Select(r => r.Status));
    }

    [Fact]
    public void Failed_outweighs_inconclusive_and_inconclusive_outweighs_passed()
    {
        var shaky = new ComparisonResult { ErrorRateReduction = 0.2, Low = -0.1, High = 0.4, Confidence = 0.95 };

        Assert.Equal("inconclusive", Gate.Evaluate(Reduction with { MaxErrorRate = 0.5 }, Arm(0.1), Arm(0.08), shaky).Status);
        Assert.Equal("failed", Gate.Evaluate(Reduction with { MaxErrorRate = 0.05 }, Arm(0.1), Arm(0.08), shaky).Status);
    }

    [Theory]
    [InlineData(InconclusiveAction.Fail, DiagnosticSeverity.Error)]
    [InlineData(InconclusiveAction.Warn, DiagnosticSeverity.Warning)]
    public void Diagnostics_stand_at_the_rule_in_the_spec(InconclusiveAction action, DiagnosticSeverity severity)
    {
        var position = new SourcePosition("/project/masterful.yaml", 12, 3);
        var spec = new MasterfulSpec
        {
            Path = "/project/masterful.yaml",
            Dataset = new DatasetSpec { Name = "d", Format = DatasetFormat.Idx, Root = "/", Splits = new SplitsSpec { Train = ["t"] } },
            Model = new ModelSpec(),
            Gate = new GateSpec { ErrorRateReduction = 0.1, MaxErrorRate = 0.05, OnInconclusive = action },
            Positions = new Dictionary<string, SourcePosition> { ["gate.error_rate_reduction"] = position },
        };
        var shaky = new ComparisonResult { ErrorRateReduction = 0.2, Low = -0.1, High = 0.4, Confidence = 0.95 };

        var diagnostics = Gate.ToDiagnostics(Gate.Evaluate(spec.Gate, Arm(0.1), Arm(0.08), shaky), spec);

        Assert.Equal(2, diagnostics.Count);
        Assert.Equal((GateDiagnostics.RuleInconclusive, severity, position), (diagnostics[0].Code, diagnostics[0].Severity, diagnostics[0].Position));
        Assert.Contains("−10% to 40%", diagnostics[0].Message, StringComparison.Ordinal);
        Assert.Equal((GateDiagnostics.RuleFailed, DiagnosticSeverity.Error), (diagnostics[1].Code, diagnostics[1].Severity));
        Assert.Empty(Gate.ToDiagnostics(Gate.Evaluate(new GateSpec { MaxErrorRate = 0.5 }, Arm(0.1), Arm(0.08), shaky), spec));
    }

    private static readonly GateSpec Every = new() { ErrorRateReduction = 0.1, MaxErrorRate = 0.01, MaxClassRecallDrop = 0.02, MaxErrorRateIncrease = 0.005 };

    [Theory]
    [InlineData(0, 0, "inconclusive", "neither model makes an error", "MST0504")]
    [InlineData(0, 0.03, "failed", "the original makes no error on these images, and the masterful model errs on 3.00%", "MST0501")]
    [InlineData(double.NaN, 0.03, "failed", "the original has no result", "MST0503")]
    [InlineData(0.03, double.NaN, "failed", "the masterful model has no result", "MST0503")]
    [InlineData(double.NaN, double.NaN, "failed", "neither model has a result", "MST0503")]
    public void Why_there_is_no_reduction_is_told(double original, double masterful, string status, string why, string code)
    {
        var rule = Gate.Evaluate(Reduction, Arm(original), Arm(masterful), new ComparisonResult { Confidence = 0.95 }).Rules[0];

        Assert.Equal((status, (double?)null), (rule.Status, rule.Actual));
        Assert.Contains(why, rule.Message, StringComparison.Ordinal);
        var diagnostic = Assert.Single(Gate.ToDiagnostics(new GateResult(status, [rule]), Spec(InconclusiveAction.Warn)));
        Assert.Equal((code, status == "inconclusive" ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error), (diagnostic.Code.Id, diagnostic.Severity));
    }

    [Fact]
    public void Without_an_error_in_either_model_the_other_rules_have_their_figures()
    {
        var result = Gate.Evaluate(Every, Arm(0, 1, 1), Arm(0, 1, 1), new ComparisonResult(), Baseline(0));

        Assert.Equal("inconclusive", result.Status);
        Assert.Equal(["inconclusive", "passed", "passed", "passed"], result.Rules.Select(r => r.Status));
        Assert.Equal([null, 0, 0, 0.0], result.Rules.Select(r => r.Actual));
    }

    [Fact]
    public void Every_rule_says_which_model_has_no_result()
    {
        var missing = Comparison.MissingArm(["a", "b"]);

        var rules = Gate.Evaluate(Every, Arm(0.1, 0.9, 0.9), missing, new ComparisonResult(), Baseline(0.1)).Rules;

        Assert.Equal(4, rules.Count);
        Assert.All(rules, r => Assert.Equal(("failed", ComparisonOutcome.NoResult), (r.Status, r.Reason)));
        Assert.All(rules, r => Assert.Contains("the masterful model has no result", r.Message, StringComparison.Ordinal));
        var before = Baseline(double.NaN);
        Assert.Contains("the earlier run before has no result", Gate.Evaluate(Every, Arm(0.1), Arm(0.1), new ComparisonResult(), before).Rules[^1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.9, 0.895, "passed")]
    [InlineData(0.9, 0.8, "failed")]
    public void A_class_without_images_is_not_judged_and_named(double before, double after, string status)
    {
        ArmResult With(double recall) => Arm(0.1, recall) with { Classes = [.. Arm(0.1, recall).Classes, new ClassResult { Name = "absent" }] };

        var rule = Gate.Evaluate(new GateSpec { MaxClassRecallDrop = 0.02 }, With(before), With(after), new ComparisonResult()).Rules[0];

        Assert.Equal(status, rule.Status);
        Assert.Contains("'absent' has no image there: its recall is undefined and not judged", rule.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_class_has_an_image_no_loss_of_recall_is_defined()
    {
        var arm = Arm(0.1) with { Classes = [new ClassResult { Name = "a" }, new ClassResult { Name = "b" }] };

        var rule = Gate.Evaluate(new GateSpec { MaxClassRecallDrop = 0.02 }, arm, arm, new ComparisonResult()).Rules[0];

        Assert.Equal(("failed", "undefined"), (rule.Status, rule.Reason));
    }

    [Theory]
    [InlineData(-0.000001, 0.1, "-0")]
    [InlineData(-0.0, -0.00001, "−0")]
    public void No_figure_is_minus_nothing(double low, double value, string not)
    {
        var comparison = new ComparisonResult { ErrorRateReduction = value, Low = low, High = 0.3, Confidence = 0.95 };

        Assert.DoesNotContain(not + "%", Gate.Evaluate(new GateSpec { ErrorRateReduction = 0 }, Arm(0.1), Arm(0.09), comparison).Rules[0].Message, StringComparison.Ordinal);
    }

    private static MasterfulSpec Spec(InconclusiveAction action) => new()
    {
        Path = "/project/masterful.yaml",
        Dataset = new DatasetSpec { Name = "d", Format = DatasetFormat.Idx, Root = "/", Splits = new SplitsSpec { Train = ["t"] } },
        Model = new ModelSpec(),
        Gate = Every with { OnInconclusive = action },
    };

    private static ArmResult Arm(double errorRate, params double[] recalls) => new()
    {
        ErrorRate = errorRate,
        ErrorRatePerSeed = [errorRate],
        Classes = [.. recalls.Select((r, i) => new ClassResult { Name = $"class {i}", Support = 100, Recall = r })],
    };

    private static RunResult Baseline(double errorRate) => new()
    {
        Run = new RunInfo { Id = "before", EngineVersion = "0.1.0", StartedAt = default, FinishedAt = default, Device = "cpu" },
        Dataset = new DatasetInfo { Name = "d", Format = "idx", Fingerprint = "f", Classes = [], Counts = new Dictionary<string, int>(), Health = new HealthInfo() },
        Model = new ModelInfo { Name = "m", Fingerprint = "f", InputShape = [1, 1, 1] },
        Recipe = new RecipeInfo { Optimizer = "sgd", Precision = "fp32" },
        Policy = new PolicyInfo { Name = "none", Source = "none" },
        Original = Arm(errorRate),
        Masterful = Arm(errorRate),
        Comparison = new ComparisonResult(),
        Gate = new GateResult("passed", []),
    };
}
