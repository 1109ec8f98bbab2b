using Masterful.Core.Data;
using Masterful.Core.Evaluation;
using Masterful.Core.Models;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Training;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Masterful.Core.Trials;

/// <summary>An epoch of a trial has ended.</summary>
/// <param name="Key">The trial's key.</param>
/// <param name="PolicyName">What its policy is called.</param>
/// <param name="Epoch">The epoch.</param>
public sealed record TrialProgress(string Key, string PolicyName, EpochProgress Epoch);

/// <summary>
/// Trains in this process, one trial at a time. Below the cache folder it keeps weights in <c>weights/KEY.safetensors</c> and the state
/// of unfinished trainings in <c>checkpoints/KEY</c>. The data goes to the device with the first trial and stays there.
/// </summary>
public sealed class LocalTrialRunner : ITrialRunner, IDisposable
{
    private readonly TrainingThread _thread = new();
    private readonly ResidentSplits _data;
    private readonly DatasetSplits _splits;
    private readonly ModelSpec _model;
    private readonly string _modelFingerprint;
    private readonly Device _device;
    private readonly string _cache;
    private readonly TimeProvider _clock;
    private readonly Trainer _trainer;
    private readonly IProgress<TrialProgress>? _progress;

    /// <summary>Prepares a runner; nothing is loaded yet.</summary>
    /// <param name="splits">The data. Not disposed; must live as long as the runner.</param>
    /// <param name="model">The model.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="cache">Full path of the cache folder.</param>
    /// <param name="clock">Measures durations.</param>
    /// <param name="logger">Warned of what can't be written.</param>
    /// <param name="progress">Told after each epoch, on the training thread.</param>
    public LocalTrialRunner(
        DatasetSplits splits,
        ModelSpec model,
        Device device,
        string cache,
        TimeProvider clock,
        ILogger logger,
        IProgress<TrialProgress>? progress = null)
    {
        (_splits, _model, _device, _cache, _clock, _progress) = (splits, model, device, cache, clock, progress);
        _data = new ResidentSplits(splits, device);
        _modelFingerprint = ModelBuilder.Fingerprint(model);
        _trainer = new Trainer(clock, logger);
    }

    /// <inheritdoc/>
    public int Parallelism => 1;

    /// <inheritdoc/>
    public Task<TrialResult> RunAsync(TrialSpec trial, CancellationToken cancellation)
    {
        CheckBelongsHere(trial);
        return _thread.RunAsync(() => Train(trial, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public Task<DistanceProbeResult> ProbeAsync(DistanceProbe probe, CancellationToken cancellation)
    {
        CheckBelongsHere(probe.Trial);
        return _thread.RunAsync(() => Probe(probe, cancellation), cancellation);
    }

    /// <summary>Waits for the trial under way (cancel it first) and frees the data on the device.</summary>
    public void Dispose()
    {
        _thread.Dispose();
        _data.Dispose();
    }

    private string WeightsPath(string key) => Path.Combine(_cache, "weights", $"{key}.safetensors");

    private TrialResult Train(TrialSpec trial, CancellationToken cancellation)
    {
        var start = _clock.GetTimestamp();
        var key = TrialKey.Of(trial);
        var checkpoint = Path.Combine(_cache, "checkpoints", key);
        var job = new TrainingJob
        {
            CreateModel = () => ModelBuilder.Create(_model, _splits.Classes.Count),
            Train = _data.Train,
            Synthetic = trial.Policy[Technique.Synthetic] > 0 ? _data.Synthetic : null,
            Policy = trial.Policy,
            Recipe = trial.Recipe,
            Fidelity = trial.Fidelity,
            Seed = trial.Seed,
            CheckpointPath = checkpoint,
        };
        using var outcome = _trainer.Train(job, Relay(key, trial.Policy.Name), cancellation);
        var result = Evaluate(trial, key, outcome, cancellation) with
        {
            EpochLosses = outcome.EpochLosses,
            Seconds = _clock.GetElapsedTime(start).TotalSeconds,
            PeakMemory = PeakMemory.OfProcess(),
        };
        if (File.Exists(checkpoint))
        {
            File.Delete(checkpoint);
        }

        return result;
    }

    private TrialResult Evaluate(TrialSpec trial, string key, TrainingOutcome outcome, CancellationToken cancellation)
    {
        var failed = new TrialResult { Key = key, Status = TrialStatus.Failed, ImagePasses = outcome.ImagePasses };
        if (outcome.Model is not { } model)
        {
            return failed with { Failure = outcome.Failure, FailureIsTransient = outcome.FailureIsTransient };
        }

        var select = Predictor.Predict(model, _data.Select, cancellation);
        if (!Array.TrueForAll(select.Logits, float.IsFinite))
        {
            return failed with
            {
                Failure = "The trained model's logits on the select split are not finite.",
                ImagePasses = outcome.ImagePasses + select.Count,
            };
        }

        var test = trial.EvaluateTest ? Predictor.Predict(model, _data.Test, cancellation) : null;
        if (trial.KeepWeights)
        {
            Keep(model, WeightsPath(key));
        }

        return new TrialResult
        {
            Key = key,
            Status = TrialStatus.Completed,
            SelectLoss = TemperatureScaling.Fit(select).Loss,
            SelectError = ClassificationMetrics.ErrorRateOf(select),
            RawSelectLoss = ClassificationMetrics.MeanCrossEntropy(select),
            Select = select,
            Test = test,
            WeightsPath = trial.KeepWeights ? WeightsPath(key) : null,
            ImagePasses = outcome.ImagePasses + select.Count + (test?.Count ?? 0),
        };
    }

    private static void Keep(Classifier model, string path)
    {
        try
        {
            model.SaveState(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(
                RuntimeDiagnostics.FolderNotWritable, $"The weights {path} can't be written: {e.Message}", new SourcePosition(path));
        }
    }

    private DistanceProbeResult Probe(DistanceProbe probe, CancellationToken cancellation)
    {
        var key = TrialKey.Of(probe.Trial);
        if (!File.Exists(WeightsPath(key)) && Train(probe.Trial with { KeepWeights = true }, cancellation) is { Status: TrialStatus.Failed } failed)
        {
            throw new DiagnosticException(
                TrialDiagnostics.NothingToProbe, $"The trial of policy '{probe.Trial.Policy.Name}' failed, so its model can't be probed: {failed.Failure}");
        }

        var start = _clock.GetTimestamp();
        using var model = ModelBuilder.Create(_model, _splits.Classes.Count);
        model.LoadState(WeightsPath(key));
        using var distances = new DistanceMeter(model, _device, _data.Select, probe);
        var operations = probe.Operations.Select(o => distances.Measure(o, probe.Strengths, cancellation)).ToList();
        return new DistanceProbeResult(
            distances.CleanLoss, distances.CleanError, operations, distances.ImagePasses, _clock.GetElapsedTime(start).TotalSeconds);
    }

    private void CheckBelongsHere(TrialSpec trial)
    {
        if (trial.DataFingerprint != _splits.Fingerprint
            || trial.ModelFingerprint != _modelFingerprint
            || trial.DeviceKind != ComputeDevice.KindOf(_device))
        {
            throw new ArgumentException("The trial is of other data, another model or another kind of device than this runner's.", nameof(trial));
        }

        if (trial.Recipe.Precision == PrecisionKind.Auto)
        {
            throw new ArgumentException("A trial's precision must be settled: see Precision.Resolve.", nameof(trial));
        }
    }

    private Relayed? Relay(string key, string policyName) => _progress is null ? null : new Relayed(_progress, key, policyName);

    private sealed class Relayed(IProgress<TrialProgress> progress, string key, string policyName) : IProgress<EpochProgress>
    {
        public void Report(EpochProgress value) => progress.Report(new TrialProgress(key, policyName, value));
    }
}
