using Masterful.Core.Models;
using Masterful.Core.Pipeline;
using Masterful.Core.Spec;
using Masterful.Core.Tests.Data;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using Xunit;

namespace Masterful.Core.Tests.Pipeline;

public sealed class TorchEnvironmentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_real_run_trains_once_and_hands_on_a_model_that_loads()
    {
        WriteImages("train", 96, seed: 1);
        WriteImages("t10k", 40, seed: 2);
        var spec = Spec();

        var first = (await Run(spec)).Result;
        var second = (await Run(spec)).Result;

        // Two final trainings an arm; the search's stand-in trains four. On noise its policy does not hold: the original is handed on.
        Assert.Equal((8, 0), (first.Run.TrialsRun, second.Run.TrialsRun));
        Assert.Equal(first.Masterful.ErrorRatePerSeed, second.Masterful.ErrorRatePerSeed);
        Assert.Equal(first.Attribution, second.Attribution);
        Assert.Equal(first.Masterful.ValidationLoss, first.Original.ValidationLoss + first.Attribution.Sum(a => a.ValidationLossDelta), 1e-9);
        using (var model = MasterfulModel.Load(spec.Output.Path))
        {
            Assert.Equal(("none", 2), (model.Metadata["policy"], model.Classes.Count));
        }

        using var journal = Journal.Open(TorchEnvironment.JournalPath(spec.Runtime.Cache), TimeProvider.System);
        Assert.Equal([(second.Run.Id, "not-evaluated", 0), (first.Run.Id, "not-evaluated", 8)], journal.Runs().Select(r => (r.Id, r.Status, r.TrialsRun)));
    }

    [Fact]
    public async Task Techniques_that_do_nothing_are_not_found()
    {
        WriteImages("train", 96, seed: 1, symmetric: true);
        WriteImages("t10k", 200, seed: 2, symmetric: true);
        var spec = Spec() with
        {
            Policy = new PolicySpec { Techniques = [Technique.HorizontalMirror], Budget = new BudgetSpec(Ratio: 2) },
            Gate = new GateSpec { ErrorRateReduction = 0 },
        };

        var result = (await RunAndSearch(spec)).Result;

        Assert.True(result.Search!.PoliciesTested > 1);
        Assert.Equal("none", result.Policy.Source);
        Assert.NotEqual("passed", result.Gate.Status);
        Assert.DoesNotContain(result.Search.Groups, g => g.Accepted);
        Assert.DoesNotContain(result.Attribution, a => a.Significant);
    }

    [Fact]
    public async Task Two_searches_with_one_seed_write_the_same_policies_to_the_byte()
    {
        WriteImages("train", 96, seed: 1);
        WriteImages("t10k", 40, seed: 2);
        async Task<byte[]> PoliciesAsync(string cache)
        {
            File.Delete(_folder["masterful.lock.yaml"]);
            var spec = Spec() with
            {
                Policy = new PolicySpec { Techniques = [Technique.HorizontalMirror, Technique.Spatial, Technique.Erase, Technique.Mixup] },
                Runtime = new RuntimeSpec { Cache = _folder[cache] },
            };
            var outcome = await RunAndSearch(spec);
            Assert.True(outcome.Result.Search!.PoliciesTested > 4);
            return File.ReadAllBytes(Path.Combine(outcome.ReportFolder, "policies.json"));
        }

        Assert.Equal(await PoliciesAsync("one"), await PoliciesAsync("two"));
    }

    private static Task<PipelineOutcome> Run(MasterfulSpec spec) =>
        new MasterfulPipeline(
            new TorchEnvironment(torch.CPU, TimeProvider.System, NullLogger.Instance),
            SimulatedSearch.Of(SimulatedSearch.Found), TimeProvider.System, NullLogger.Instance)
            .RunAsync(spec, new PipelineOptions(), null, TestContext.Current.CancellationToken);

    private static Task<PipelineOutcome> RunAndSearch(MasterfulSpec spec) =>
        new MasterfulPipeline(new TorchEnvironment(torch.CPU, TimeProvider.System, NullLogger.Instance), TimeProvider.System, NullLogger.Instance)
            .RunAsync(spec, new PipelineOptions(), null, TestContext.Current.CancellationToken);

    private MasterfulSpec Spec() => new()
    {
        Path = _folder["masterful.yaml"],
        Dataset = new DatasetSpec
        {
            Name = "bars",
            Format = DatasetFormat.Idx,
            Root = _folder.Path,
            Splits = new SplitsSpec { Train = ["train-images-idx3-ubyte"], Test = ["t10k-images-idx3-ubyte"] },
            Validation = new ShareOrName(0.25, null),
        },
        Model = new ModelSpec { Architecture = "small-cnn", InputShape = HalfBrightImages.Shape },
        Training = new TrainingSpec { Epochs = 1, BatchSize = 24, LearningRate = 0.05, Seeds = 2, Precision = PrecisionKind.Fp32 },
        Report = new ReportSpec { Path = _folder["report"] },
        Output = new OutputSpec { Path = _folder["model"] },
        Runtime = new RuntimeSpec { Cache = _folder[".masterful"] },
    };

    private void WriteImages(string name, int count, int seed, bool symmetric = false)
    {
        File.WriteAllBytes(_folder[$"{name}-images-idx3-ubyte"], HalfBrightImages.Images(count, seed, symmetric));
        File.WriteAllBytes(_folder[$"{name}-labels-idx1-ubyte"], HalfBrightImages.Labels(count));
    }
}
