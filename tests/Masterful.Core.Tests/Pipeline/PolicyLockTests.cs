using Masterful.Core.Pipeline;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;
using Xunit;

namespace Masterful.Core.Tests.Pipeline;

public sealed class PolicyLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static PolicyLock Sample { get; } = new()
    {
        Policy = SimulatedSearch.Found with { Name = "o'brien's \"fig\": #1" },
        Source = "search",
        EngineVersion = EngineVersion.Current,
        BatchSize = 64,
        LearningRate = 0.1 / 3,
        Fingerprint = new LockFingerprint
        {
            Model = "00123456789",
            Recipe = "1e5",
            Techniques = ["horizontal_mirror", "rotate"],
            Classes = "abc",
            InputShape = "28×28×1",
            Data = "def",
            TrainImages = 6000,
        },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_lock_is_read_as_it_was_written()
    {
        PolicyLockFile.Write(_folder["lock"], Sample);
        var read = PolicyLockFile.Read(_folder["lock"])!;

        Assert.Equal(PolicyLockFile.ToText(Sample), PolicyLockFile.ToText(read));
        Assert.Equal(Sample.Policy.Values, read.Policy.Values);
        Assert.Equal(Sample.Policy.Name, read.Policy.Name);
        Assert.Equal(Sample.LearningRate, read.LearningRate);
        Assert.Equal(Sample.Policy.Calibration.Strengths["hue"], read.Policy.Calibration.Strengths["hue"]);
        Assert.Empty(read.Differences(Sample.Fingerprint, new SplitSizes(6000, 1, 1)));
    }

    [Fact]
    public void A_lock_of_no_policy_is_read_as_it_was_written()
    {
        PolicyLockFile.Write(_folder["lock"], Sample with { Policy = Policy.None, Source = "none" });

        Assert.True(PolicyLockFile.Read(_folder["lock"])!.Policy.IsNone);
    }

    [Fact]
    public void A_lock_says_what_it_is_for() =>
        Assert.StartsWith("# The training policy that `dotnet masterful` found. Commit this file", PolicyLockFile.ToText(Sample), StringComparison.Ordinal);

    [Fact]
    public void There_may_be_no_lock() => Assert.Null(PolicyLockFile.Read(_folder["lock"]));

    [Theory]
    [InlineData("engine: '99.0.0'", "MST0703", "dotnet tool update")]
    [InlineData("engine: 'soon'", "MST0702", "a version such as")]
    public void A_lock_of_another_engine_is_refused(string line, string code, string message)
    {
        var found = Refuse(PolicyLockFile.ToText(Sample).Replace($"engine: '{EngineVersion.Current}'", line, StringComparison.Ordinal));

        Assert.Equal((code, 4), (found.Code.Id, found.Position!.Value.Line));
        Assert.Contains(message, found.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("    rotate: 30", "    rotate: 130", "a number from 0 to 100", 10)]
    [InlineData("    rotate: 30", "    rotate: NaN", "a number from 0 to 100", 10)]
    [InlineData("    rotate: 30", "    rottate: 30", "'rottate' is not a technique", 10)]
    [InlineData("  batch_size: 64", "  batch_size: 0", "a number from 1", 16)]
    [InlineData("0.1, 0.2, 0.4, 0.7, 1]", "0.1, 0.2]", "five strengths", 14)]
    [InlineData("policy:\n  name", "policy:\n  nom", "'name' is missing", 6)]
    [InlineData("    rotate: 30", "    rotate: 30\n    rotate: 40", "rotate", 11)]
    public void What_is_wrong_is_told_with_its_line(string right, string wrong, string message, int line)
    {
        var text = PolicyLockFile.ToText(Sample);
        Assert.Contains(right, text, StringComparison.Ordinal);
        var found = Refuse(text.Replace(right, wrong, StringComparison.Ordinal));

        Assert.Equal((PipelineDiagnostics.LockNotValid, line), (found.Code, found.Position!.Value.Line));
        Assert.Contains(message, found.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1, 2]")]
    [InlineData("a: &a [x]\nb: [*a")]
    [InlineData("<<<<<<< HEAD\nversion: 1")]
    public void What_is_no_lock_is_refused(string text) => Assert.Equal(PipelineDiagnostics.LockNotValid, Refuse(text).Code);

    [Fact]
    public void Deep_nesting_and_large_files_are_refused()
    {
        Assert.Equal(PipelineDiagnostics.LockNotValid, Refuse(new string('[', 100_000)).Code);
        Assert.Equal(PipelineDiagnostics.LockNotValid, Refuse(new string('#', 1 << 20)).Code);
    }

    [Fact]
    public void Every_change_of_what_a_policy_is_for_undoes_the_lock_and_is_named()
    {
        var found = Sample.Fingerprint;
        var sizes = new SplitSizes(6000, 1, 1);
        (LockFingerprint Now, string Message)[] changes =
        [
            (found with { Model = "x" }, "the model changed"),
            (found with { Recipe = "x" }, "the training section changed"),
            (found with { Techniques = ["rotate"] }, "policy.techniques changed"),
            (found with { Classes = "x" }, "the classes changed"),
            (found with { InputShape = "32×32×3" }, "model.input_shape changed from 28×28×1 to 32×32×3"),
            (found with { TrainImages = 7501 }, "the training set went from 6000 to 7501 images"),
            (found with { TrainImages = 4499 }, "the training set went from 6000 to 4499 images"),
        ];

        Assert.All(changes, c => Assert.Equal([c.Message], Sample.Differences(c.Now, sizes)));
        Assert.Empty(Sample.Differences(found with { TrainImages = 7500, Data = "other" }, sizes));
        Assert.Equal(2, Sample.Differences(found with { Model = "x", Classes = "x" }, sizes).Count);
        Assert.Single((Sample with { EngineVersion = "99.0.0" }).Differences(found, sizes));
        Assert.Single((Sample with { Policy = Sample.Policy.With(Technique.Synthetic, 0.5) }).Differences(found, sizes));
    }

    [Fact]
    public void The_recipe_counts_as_far_as_it_shapes_a_training()
    {
        var spec = new MasterfulSpec
        {
            Path = "/masterful.yaml",
            Dataset = new DatasetSpec { Name = "d", Format = DatasetFormat.Idx, Root = "/", Splits = new SplitsSpec { Train = ["t"] } },
            Model = new ModelSpec(),
        };
        string Recipe(TrainingSpec training) => LockFingerprint.Of(spec with { Training = training }, "m", ["a"], "d", 10).Recipe;
        var plain = Recipe(spec.Training);

        Assert.Equal(plain, Recipe(spec.Training with { Seeds = 5, Seed = 9, Precision = PrecisionKind.Bf16 }));
        Assert.NotEqual(plain, Recipe(spec.Training with { Epochs = 31 }));
        Assert.NotEqual(plain, Recipe(spec.Training with { LearningRate = 0.1 }));
        Assert.NotEqual(plain, Recipe(spec.Training with { Optimizer = OptimizerKind.AdamW }));
    }

    private Diagnostic Refuse(string text)
    {
        File.WriteAllText(_folder["lock"], text);
        return Assert.Single(Assert.Throws<DiagnosticException>(() => PolicyLockFile.Read(_folder["lock"])).Diagnostics);
    }
}
