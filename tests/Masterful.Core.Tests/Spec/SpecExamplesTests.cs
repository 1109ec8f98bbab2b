using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Spec;

/// <summary>The specs in the repository.</summary>
public sealed class SpecExamplesTests
{
    private static readonly string Nowhere = Path.Combine(Path.GetTempPath(), "no-such-folder-of-data");

    public static TheoryData<string> Files =>
    [
        "masterful.yaml",
        "examples/fashion-mnist/masterful.yaml",
        "examples/svhn/masterful.yaml",
        "examples/svhn-mini/masterful.yaml",
        "examples/mnist-m/masterful.yaml",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Only_the_data_may_be_missing(string file)
    {
        var exception = Assert.Throws<DiagnosticException>(() => SpecLoader.Load(
            Path.Combine(RepositoryFolder.Path, file), [], name => name.StartsWith("MASTERFUL_", StringComparison.Ordinal) ? Nowhere : null));

        var error = Assert.Single(exception.Diagnostics);
        Assert.Equal(SpecDiagnostics.FileMissing, error.Code);
        Assert.True(error.Position is { Line: > 0 }, error.ToString());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void They_are_valid_where_the_data_is(string file)
    {
        using var data = new SpecFolder();
        foreach (var name in new[] { "train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz", "train_32x32.mat", "test_32x32.mat", "extra_32x32.mat" })
        {
            data.Add(name);
        }

        foreach (var name in new[] { "svhn-mini/svhn_mini_train_32x32.mat", "svhn-mini/svhn_mini_test_32x32.mat", "mnist-m/train.csv", "mnist-m/test.csv" })
        {
            data.Add(name);
        }

        var (spec, warnings) = SpecLoader.Load(
            Path.Combine(RepositoryFolder.Path, file), [], name => name.StartsWith("MASTERFUL_", StringComparison.Ordinal) ? data.Root : null);

        Assert.Empty(warnings);
        Assert.NotNull(spec.Gate.ErrorRateReduction);
        Assert.Contains(Path.TrimEndingDirectorySeparator(data.Root), spec.Dataset.Root, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fleet_s_example_fetches_its_data_on_any_machine_and_leaves_nothing_to_the_machine_that_results_depend_on()
    {
        var (spec, warnings) = SpecLoader.Load(Path.Combine(RepositoryFolder.Path, "examples/fleet/masterful.yaml"), [], _ => null);

        Assert.Empty(warnings);
        Assert.Equal(4, spec.Dataset.Sources.Count);
        Assert.All(spec.Dataset.Sources, s => Assert.Equal(spec.Dataset.Root, Path.GetDirectoryName(s.To)));
        Assert.Equal((true, JournalKind.Postgres, "cpu", 1), (spec.Runtime.Fleet, spec.Runtime.Journal, spec.Runtime.Device, spec.Runtime.Threads));
        Assert.Equal(PrecisionKind.Fp32, spec.Training.Precision);
    }

    [Fact]
    public void The_root_spec_is_the_short_run_that_the_repository_promises()
    {
        Assert.SkipUnless(Directory.Exists("/usr/share/datasets/fashion-mnist"), "Fashion-MNIST is not installed.");

        var (spec, warnings) = SpecLoader.Load(Path.Combine(RepositoryFolder.Path, "masterful.yaml"), [], _ => null);

        Assert.Empty(warnings);
        Assert.Equal(DatasetFormat.Idx, spec.Dataset.Format);
        Assert.Equal("small-cnn", spec.Model.Architecture);
        Assert.Equal(new ImageShape(28, 28, 1), spec.Model.InputShape);
        Assert.True(spec.Dataset.Limit["train"] >= 6000);
        Assert.False(spec.Dataset.Limit.ContainsKey("test"));
        Assert.Equal(3, spec.Training.Seeds);
        Assert.Equal(10, spec.Dataset.Classes!.Count);
    }

    [Fact]
    public void The_real_small_data_sets_are_where_their_examples_look()
    {
        var data = Environment.GetEnvironmentVariable("MASTERFUL_DATA");
        Assert.SkipUnless(data is not null && Directory.Exists(Path.Combine(data, "svhn-mini")), "MASTERFUL_DATA names no folder with svhn-mini.");

        var file = Path.Combine(RepositoryFolder.Path, "examples/svhn-mini/masterful.yaml");
        var proposal = SpecInitializer.Describe(Path.Combine(data!, "svhn-mini"));

        Assert.Equal(SpecLoader.Load(file, [], Environment.GetEnvironmentVariable).Spec.Dataset.Splits.Train, proposal.Splits.Train);
    }
}
