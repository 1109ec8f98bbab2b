using Masterful.Core.Data;
using Masterful.Core.Models;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Masterful.Core.Trials.Workers;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace Masterful.Core.Pipeline;

/// <summary>
/// The real thing: data from disk, training by torch in worker processes or in this one, a journal in the cache folder. libtorch must be
/// loaded.
/// </summary>
/// <param name="device">Where to train: see <see cref="ComputeDevice.Select"/>.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="logger">Warned of what can't be kept.</param>
/// <param name="epochs">Told after every epoch of a training, or null.</param>
/// <param name="workers">Starts a worker process that reads the same spec, or null to train in this process.</param>
/// <param name="fleet">Other machines that train instead, or null.</param>
/// <param name="openJournal">Opens another journal than the cache folder's, or null.</param>
public sealed class TorchEnvironment(
    torch.Device device,
    TimeProvider clock,
    ILogger logger,
    IProgress<TrialProgress>? epochs = null,
    WorkerCommand? workers = null,
    ITrialFleet? fleet = null,
    Func<Journal>? openJournal = null)
    : IPipelineEnvironment
{
    private const string JournalName = "journal.db";

    /// <inheritdoc/>
    public string Device { get; } = fleet?.DeviceKind ?? (device.type == DeviceType.CUDA ? $"cuda:{Math.Max(0, device.index)}" : "cpu");

    /// <inheritdoc/>
    public string DeviceKind { get; } = fleet?.DeviceKind ?? ComputeDevice.KindOf(device);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Versions { get; } = new Dictionary<string, string>
    {
        [".NET"] = Environment.Version.ToString(),
        ["TorchSharp"] = MachineFolders.TorchSharpVersion,
        ["libtorch"] = MachineFolders.LibTorchVersion,
    };

    /// <summary>The journal of a cache folder.</summary>
    public static string JournalPath(string cache) => Path.Combine(cache, JournalName);

    /// <summary>The folder of a cache folder that keeps the figures of each run, in a folder by its id.</summary>
    public static string RunsPath(string cache) => Path.Combine(cache, RunFolder.ArchiveName);

    /// <inheritdoc/>
    public PrecisionKind ResolvePrecision(MasterfulSpec spec) =>
        Training.Precision.Resolve(spec.Training.Precision, DeviceKind);

    /// <inheritdoc/>
    public Task<DatasetSplits> LoadDataAsync(MasterfulSpec spec, IProgress<DataProgress>? progress, CancellationToken cancellation) =>
        new DatasetLoader(spec.Runtime.Cache, logger).LoadAsync(spec, progress, cancellation);

    /// <inheritdoc/>
    public ModelFacts CheckModel(ModelSpec model, int classCount) => ModelProbe.Check(model, classCount);

    /// <inheritdoc/>
    public double? MeasureSpeed(MasterfulSpec spec, int classCount) => device.type == DeviceType.CPU && fleet is null
        ? StepProbe.ImagesPerSecond(() => ModelBuilder.Create(spec.Model, classCount), spec.Model.InputShape, ResolvePrecision(spec), Plan(spec).Threads, clock)
        : null;

    /// <inheritdoc/>
    public IRunSession OpenSession(RunIdentity run, MasterfulSpec spec, DatasetSplits data)
    {
        var journal = openJournal?.Invoke() ?? Journal.Open(
            JournalPath(spec.Runtime.Cache), clock, entry => logger.LogWarning("{Code}: {Message}", entry.Code.Id, entry.Message));
        if (journal.Warning is { } warning)
        {
            logger.LogWarning("{Warning}", warning.Message);
        }

        journal.StartRun(run.Id, spec.Path);
        if (fleet is not null)
        {
            var there = fleet.Open(data.Fingerprint, ModelBuilder.Fingerprint(spec.Model), epochs);
            return new Session(journal, run.Id, there, there as IDisposable);
        }

        if (workers is null)
        {
            var here = new LocalTrialRunner(data, spec.Model, device, spec.Runtime.Cache, clock, logger, epochs);
            return new Session(journal, run.Id, here, here);
        }

        var pool = new WorkerPool(
            workers, Plan(spec), data.Fingerprint, ModelBuilder.Fingerprint(spec.Model), new WorkerLimits(), clock, logger, epochs);
        return new Session(journal, run.Id, pool, pool);
    }

    /// <inheritdoc/>
    public void SaveModel(
        MasterfulSpec spec, IReadOnlyList<string> classes, string weightsPath, double temperature, IReadOnlyDictionary<string, string> metadata)
    {
        using var classifier = ModelBuilder.Create(spec.Model, classes.Count);
        classifier.LoadState(weightsPath);
        MasterfulModel.Save(spec.Output.Path, classifier, spec.Model, classes, metadata, temperature, spec.Dataset.Background);
    }

    private WorkerPlan Plan(MasterfulSpec spec) =>
        WorkerPlan.Of(spec.Runtime, Device, Environment.ProcessorCount, device.type == DeviceType.CUDA ? torch.cuda.device_count() : 0);

    private sealed class Session(Journal journal, string runId, ITrialRunner trainer, IDisposable? owned) : IRunSession
    {
        public ITrialRunner Runner { get; } = new JournaledTrialRunner(trainer, journal, runId);

        public void Finish(string status, string? summary) => journal.FinishRun(runId, status, summary);

        public void Dispose()
        {
            owned?.Dispose();
            journal.Dispose();
        }
    }
}
