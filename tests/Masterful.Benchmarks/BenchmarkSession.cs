using Masterful.Core.Pipeline;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Masterful.Core.Trials.Workers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;

namespace Masterful.Benchmarks;

/// <summary>Trials of a spec outside a run: the spec's data, model and recipe, and a journal that keeps what was measured.</summary>
internal sealed class BenchmarkSession : IDisposable
{
    private readonly Core.Data.DatasetSplits _data;
    private readonly IRunSession _session;

    private BenchmarkSession(MasterfulSpec spec, Core.Data.DatasetSplits data, IRunSession session, TrialSpec template)
    {
        (Spec, _data, _session, Template) = (spec, data, session, template);
        Sizes = SplitSizes.Of(data);
    }

    /// <summary>What is measured.</summary>
    public MasterfulSpec Spec { get; }

    /// <summary>Answers trials, from the journal where it has them.</summary>
    public ITrialRunner Runner => _session.Runner;

    /// <summary>A full training with no policy.</summary>
    public TrialSpec Template { get; }

    /// <summary>Images of each split.</summary>
    public SplitSizes Sizes { get; }

    /// <summary>Finds and loads libtorch.</summary>
    public static void LoadTorch()
    {
        var folders = MachineFolders.FromEnvironment();
        LibTorch.Load(new LibTorchLocator(Environment.GetEnvironmentVariable("MASTERFUL_LIBTORCH"), null, folders).Locate()!, folders);
    }

    /// <summary>Opens a spec.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="overrides"><c>key.path=value</c>.</param>
    /// <param name="cancellation">Stops.</param>
    /// <param name="tool">Full path of the built tool, whose workers train.</param>
    public static async Task<BenchmarkSession> OpenAsync(string path, IReadOnlyList<string> overrides, string tool, CancellationToken cancellation)
    {
        var spec = SpecLoader.Load(path, overrides, Environment.GetEnvironmentVariable).Spec;
        LoadTorch();
        ILogger logger = NullLogger.Instance;
        var workers = new WorkerCommand("dotnet", [tool, "worker", "--spec", path, .. overrides.SelectMany(s => new[] { "--set", s })]);
        var environment = new TorchEnvironment(torch.CPU, TimeProvider.System, logger, workers: workers);
        var data = await environment.LoadDataAsync(spec, null, cancellation).ConfigureAwait(false);
        var model = environment.CheckModel(spec.Model, data.Classes.Count);
        var session = environment.OpenSession(new RunIdentity($"benchmark-{Environment.ProcessId}", DateTimeOffset.UtcNow), spec, data);
        return new BenchmarkSession(spec, data, session, RunContext.TemplateOf(spec, environment, data, model));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Finish("benchmark", null);
        _session.Dispose();
        _data.Dispose();
    }
}
