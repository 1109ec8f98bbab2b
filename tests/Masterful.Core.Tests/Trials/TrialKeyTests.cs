using System.Globalization;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Xunit;

namespace Masterful.Core.Tests.Trials;

public class TrialKeyTests
{
    private static readonly TrialSpec Trial = TrialSpecs.Trial;

    public static TheoryData<string> RecipeFields => [.. typeof(Recipe).GetProperties().Select(p => p.Name)];

    [Fact]
    public void Equal_trials_have_equal_keys_of_64_hexadecimal_digits()
    {
        Assert.Matches("^[0-9a-f]{64}$", TrialKey.Of(Trial));
        Assert.Equal(TrialKey.Of(Trial), TrialKey.Of(Trial with { Policy = Trial.Policy with { Values = [.. Trial.Policy.Values.Reverse()] } }));
    }

    [Fact]
    public void What_does_not_change_the_numbers_does_not_change_the_key()
    {
        var calibration = new Dictionary<string, IReadOnlyList<double>>(Trial.Policy.Calibration.Strengths) { ["shear_x"] = [0, 0, 0, 0, 0] };

        Assert.Equal(TrialKey.Of(Trial), TrialKey.Of(Trial with { EvaluateTest = true }));
        Assert.Equal(TrialKey.Of(Trial), TrialKey.Of(Trial with { KeepWeights = true }));
        Assert.Equal(TrialKey.Of(Trial), TrialKey.Of(Trial with { EngineVersion = "1.2.9" }));
        Assert.Equal(TrialKey.Of(Trial), TrialKey.Of(Trial with { Policy = Trial.Policy with { Name = "another" } }));
        Assert.Equal(TrialKey.Of(Trial), TrialKey.Of(Trial with { Policy = Trial.Policy with { Calibration = new Calibration(calibration) } }));
        Assert.Equal(
            TrialKey.Of(Trial),
            TrialKey.Of(Trial with { Policy = Trial.Policy with { Values = [.. Trial.Policy.Values, new PolicyValue(Technique.Blur, 0)] } }));
    }

    [Fact]
    public void Everything_that_changes_the_numbers_changes_the_key()
    {
        var calibration = new Dictionary<string, IReadOnlyList<double>>(Trial.Policy.Calibration.Strengths) { ["hue"] = [0, 0, 0, 0, 0] };
        TrialSpec[] others =
        [
            Trial with { Policy = Trial.Policy.With(Technique.Rotate, Math.BitIncrement(30.0)) },
            Trial with { Policy = Trial.Policy.With(Technique.Blur, 1) },
            Trial with { Policy = Trial.Policy with { Calibration = new Calibration(calibration) } },
            Trial with { Fidelity = Trial.Fidelity with { EpochShare = 0.36 } },
            Trial with { Fidelity = Trial.Fidelity with { ImageShare = 0.51 } },
            Trial with { Seed = 43 },
            Trial with { DataFingerprint = "other" },
            Trial with { ModelFingerprint = "other" },
            Trial with { DeviceKind = "cuda" },
            Trial with { EngineVersion = "1.3.3" },
        ];

        Assert.Equal(others.Length + 1, others.Append(Trial).Select(TrialKey.Of).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(RecipeFields))]
    public void Every_field_of_the_recipe_changes_the_key(string field)
    {
        var recipe = Trial.Recipe with { };
        var property = typeof(Recipe).GetProperty(field)!;
        property.SetValue(recipe, property.GetValue(recipe) switch
        {
            int number => number + 1,
            double number => Math.BitIncrement(number),
            OptimizerKind => OptimizerKind.Lamb,
            PrecisionKind => PrecisionKind.Bf16,
            var other => throw new NotSupportedException($"{field} is {other}"),
        });

        Assert.NotEqual(TrialKey.Of(Trial), TrialKey.Of(Trial with { Recipe = recipe }));
    }

    [Fact]
    public void The_culture_does_not_matter()
    {
        var key = TrialKey.Of(Trial);
        var culture = CultureInfo.CurrentCulture;
        var commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        commas.NumberFormat.NumberDecimalSeparator = ",";
        commas.NumberFormat.NegativeSign = "~";
        try
        {
            CultureInfo.CurrentCulture = commas;
            Assert.Equal(key, TrialKey.Of(Trial));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Probes_are_named_by_trial_operations_strengths_and_images()
    {
        var probe = new DistanceProbe(Trial, ["hue", "shear_x"], [0, 0.5, 1]);
        DistanceProbe[] others =
        [
            probe with { Trial = Trial with { Seed = 1 } },
            probe with { Operations = ["hue"] },
            probe with { Strengths = [0, 0.5] },
            probe with { MaximumImages = 10 },
        ];

        Assert.Equal(5, others.Append(probe).Select(TrialKey.Of).Distinct().Count());
    }
}
