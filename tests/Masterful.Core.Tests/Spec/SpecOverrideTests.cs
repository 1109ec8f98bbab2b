using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Spec;

public sealed class SpecOverrideTests : IDisposable
{
    private readonly SpecFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Values_are_YAML_and_the_last_one_stands()
    {
        var (spec, _) = _folder.Load(
            SpecFolder.Valid + "training: { epochs: 3 }\npolicy: { techniques: all }\ngate: { max_error_rate: 5% }\n",
            "training.epochs=4",
            "training.epochs=5",
            "training.learning_rate=auto",
            "policy.techniques=[hsv, blur]",
            "policy.budget={ time: 1h }",
            "policy.budget.trials=7",
            "gate.max_error_rate=none",
            "dataset.limit.train=100",
            "dataset.name=a=b");

        Assert.Equal(5, spec.Training.Epochs);
        Assert.Null(spec.Training.LearningRate);
        Assert.Equal([Technique.Hsv, Technique.Blur], spec.Policy.Techniques);
        Assert.Equal(new BudgetSpec(TimeSpan.FromHours(1), 1.5, 7), spec.Policy.Budget);
        Assert.Null(spec.Gate.MaxErrorRate);
        Assert.Equal(100, spec.Dataset.Limit["train"]);
        Assert.Equal("a=b", spec.Dataset.Name);
        Assert.Equal(new SourcePosition("--set"), spec.PositionOf("training.epochs"));
    }

    [Fact]
    public void A_section_may_stand_in_place_of_a_word()
    {
        var (spec, _) = _folder.Load(SpecFolder.Valid + "policy: { techniques: all }\n", "policy.techniques.exclude=[blur]");

        Assert.DoesNotContain(Technique.Blur, spec.Policy.Techniques);
    }

    [Theory]
    [InlineData("training.epohcs=3", "MST0005: 'epohcs' is not a key of 'training'; did you mean 'epochs'?")]
    [InlineData("trianing.epochs=3", "MST0005: 'trianing' is not a key of a spec; did you mean 'training'?")]
    [InlineData("training.epochs=many", "MST0008: 'training.epochs' is 'many'")]
    [InlineData("training.epochs=0", "MST0009: 'training.epochs' is '0'")]
    [InlineData("training.epochs=", "MST0008: 'training.epochs' is empty")]
    [InlineData("training.epochs", "MST0016: 'training.epochs' is not key.path=value, such as training.epochs=10.")]
    [InlineData("=3", "MST0016: '' is not key.path=value")]
    [InlineData("training..epochs=3", "MST0016:")]
    [InlineData("training.epochs=[3", "MST0003: not valid YAML")]
    [InlineData("dataset.splits.test=gone.mat", "MST0011: 'gone.mat' was not found")]
    [InlineData("version=2", "MST0015:")]
    public void A_wrong_one_is_told_as_from_the_command_line(string text, string error)
    {
        _folder.Add("masterful.yaml", SpecFolder.Valid);

        var exception = Assert.Throws<DiagnosticException>(() => SpecLoader.Load(_folder.SpecFile, [text], _ => null));

        var diagnostic = Assert.Single(exception.Diagnostics);
        Assert.StartsWith($"--set: error {error}", diagnostic.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_of_the_file_come_first()
    {
        var errors = _folder.Errors(SpecFolder.Valid + "training: { epochs: many }\n", "training.seeds=few");

        Assert.Equal(["8,21 MST0008", "0,0 MST0008"], errors.Select(e => string.Join(' ', e.Split(' ').Take(2))));
    }
}
