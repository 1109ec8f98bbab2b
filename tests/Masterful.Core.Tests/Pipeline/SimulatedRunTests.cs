using Masterful.Core.Pipeline;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Masterful.Core.Tests.Pipeline;

/// <summary>Runs of the whole pipeline over simulated trainings, in a folder of their own.</summary>
public abstract class SimulatedRunTests : IDisposable
{
    private protected TemporaryFolder Folder { get; } = new();

    private protected SimulatedEnvironment Simulated { get; } = new();

    /// <summary>What the runs have told.</summary>
    private protected List<PipelineProgress> Progress { get; } = [];

    /// <summary>Called with what a run tells.</summary>
    private protected Action<PipelineProgress> Told { get; set; } = _ => { };

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static MasterfulPipeline Pipeline(SimulatedEnvironment environment, Policy found) =>
        new(environment, SimulatedSearch.Of(found), TimeProvider.System, NullLogger.Instance);

    private protected MasterfulSpec Spec(TemporaryFolder? folder = null)
    {
        var root = folder ?? Folder;
        return new MasterfulSpec
        {
            Path = root["masterful.yaml"],
            Dataset = new DatasetSpec { Name = "squares", Format = DatasetFormat.Idx, Root = root.Path, Splits = new SplitsSpec { Train = ["train"] } },
            Model = new ModelSpec { Architecture = "small-cnn", InputShape = new ImageShape(4, 4, 1) },
            Training = new TrainingSpec { Epochs = 4, BatchSize = 8, LearningRate = 0.1 },
            Policy = new PolicySpec { Budget = new BudgetSpec(Ratio: 0.5) },
            Gate = new GateSpec { ErrorRateReduction = 0.1, MaxErrorRate = 0.5 },
            Report = new ReportSpec { Path = root["report"] },
            Output = new OutputSpec { Path = root["model"] },
            Runtime = new RuntimeSpec { Cache = root[".masterful"] },
        };
    }

    private protected Task<PipelineOutcome> Run(
        MasterfulSpec spec, SimulatedEnvironment? environment = null, Policy? found = null, PipelineOptions? options = null, CancellationTokenSource? stop = null) =>
        Pipeline(environment ?? Simulated, found ?? SimulatedSearch.Found)
            .RunAsync(spec, options ?? new PipelineOptions(), new RelayProgress<PipelineProgress>(Note), stop?.Token ?? TestContext.Current.CancellationToken);

    private void Note(PipelineProgress progress)
    {
        Progress.Add(progress);
        Told(progress);
    }

    private protected async Task<Diagnostic> Fails(MasterfulSpec spec, SimulatedEnvironment? environment = null, PipelineOptions? options = null) =>
        Assert.Single((await Assert.ThrowsAsync<DiagnosticException>(() => Run(spec, environment, options: options))).Diagnostics);
}
