using Masterful.Core.Data;
using Masterful.Core.Evaluation;
using Masterful.Core.Models;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Training;
using Masterful.Results;
using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;

namespace Masterful.Core.Trials;

/// <summary>An epoch of a trial has ended.</summary>
/// <param name="Key">The trial's key.</param>
/// <param name="PolicyName">What its policy is called.</param>
/// <param name="Epoch">The epoch.</param>
/// <param name="Worker">Which of the workers trains it, from 0.</param>
public sealed record TrialProgress(string Key, string PolicyName, EpochProgress Epoch, int Worker = 0);

/// <summary>What a runner that is one of several is told besides.</summary>
/// <param name="SpareFolder">Full path of the folder for weights that the cache can't keep, shared with the other runners and theirs to remove.</param>
/// <param name="OnBatch">Called before each batch goes through a model, in training and inference.</param>
public sealed record LocalTrialOptions(string SpareFolder, Action OnBatch);

/// <summary>
/// Trains in this process, one trial at a time. Below the cache folder it keeps weights in <c>weights/KEY.safetensors</c> and the state
/// of unfinished trainings in <c>checkpoints/KEY</c>. The data goes to the device with the first trial and stays there.
/// </summary>
public sealed class LocalTrialRunner : ITrialRunner, IDisposable
{
    private readonly TrainingThread _thread = new();
    private readonly DatasetSplits _splits;
    private readonly ResidentSplits _whole;
    private readonly ModelSpec _model;
    private readonly string _modelFingerprint;
    private readonly Device _device;
    private readonly string _cache;
    private readonly TimeProvider _clock;
    private readonly Trainer _trainer;
    private readonly IProgress<TrialProgress>? _progress;
    private readonly ILogger _logger;
    private readonly LocalTrialOptions? _options;
    private ResidentSplits? _fold;
    private string? _finishedCheckpoint;
    private string? _spareFolder;
    private volatile Metered? _underWay;

    /// <summary>Prepares a runner; nothing is loaded yet.</summary>
    /// <param name="splits">The data. Not disposed; must live as long as the runner.</param>
    /// <param name="model">The model.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="cache">Full path of the cache folder.</param>
    /// <param name="clock">Measures durations.</param>
    /// <param name="logger">Warned of what can't be written.</param>
    /// <param name="progress">Told after each epoch, on the training thread.</param>
    /// <param name="options">For one runner of several; else null.</param>
    public LocalTrialRunner(
        DatasetSplits splits,
        ModelSpec model,
        Device device,
        string cache,
        TimeProvider clock,
        ILogger logger,
        IProgress<TrialProgress>? progress = null,
        LocalTrialOptions? options = null)
    {
        (_splits, _model, _device, _cache, _clock, _logger, _progress, _options) = (splits, model, device, cache, clock, logger, progress, options);
        _spareFolder = options?.SpareFolder;
        _whole = new ResidentSplits(splits, device);
        _modelFingerprint = ModelBuilder.Fingerprint(model);
        _trainer = new Trainer(clock, logger);
    }

    /// <inheritdoc/>
    public int Parallelism => 1;

    /// <summary>The last batch of the training under way; null between two trainings.</summary>
    internal TrialProgress? UnderWay => _underWay is { Meter.Position: { } position } metered ? new TrialProgress(metered.Key, metered.PolicyName, position) : null;

    /// <inheritdoc/>
    public Task<TrialResult> RunAsync(TrialSpec trial, CancellationToken cancellation)
    {
        CheckBelongsHere(trial);
        return WorkAsync(() => Train(trial, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public Task<DistanceProbeResult> ProbeAsync(DistanceProbe probe, CancellationToken cancellation)
    {
        CheckBelongsHere(probe.Trial);
        return WorkAsync(() => Probe(probe, cancellation), cancellation);
    }

    /// <summary>Waits for the trial under way (cancel it first) and frees the data on the device.</summary>
    public void Dispose()
    {
        _thread.Dispose();
        _whole.Dispose();
        _fold?.Dispose();
        if (_finishedCheckpoint is { } checkpoint)
        {
            File.Delete(checkpoint);
        }

        if (_options is null && _spareFolder is { } spare)
        {
            Directory.Delete(spare, recursive: true);
        }
    }

    private Task<T> WorkAsync<T>(Func<T> work, CancellationToken cancellation) => _thread.RunAsync(
        () =>
        {
            try
            {
                return work();
            }
            finally
            {
                NativeHeap.GiveBack();
            }
        },
        cancellation);

    /// <summary>What a trial trains on. Of folds only one is on the device at a time.</summary>
    private ResidentSplits DataOf(TrialSpec trial)
    {
        if (trial.Fold is not { } fold)
        {
            return _whole;
        }

        if (_fold is { } present && present.Splits.Fingerprint == trial.DataFingerprint)
        {
            return present;
        }

        var cut = CrossValidation.Of(_splits, fold.Count, fold.Seed).Folds[fold.Index];
        if (cut.Fingerprint != trial.DataFingerprint)
        {
            throw OfOthers(trial);
        }

        _fold?.Dispose();
        return _fold = new ResidentSplits(cut, _device);
    }

    /// <summary>Where the weights of a trial are, or would be.</summary>
    private string WeightsPath(string key)
    {
        var (file, kept) = ($"{key}.safetensors", Path.Combine(_cache, "weights", $"{key}.safetensors"));
        return _spareFolder is { } spare && File.Exists(Path.Combine(spare, file)) ? Path.Combine(spare, file) : kept;
    }

    private Classifier CreateModel()
    {
        var model = ModelBuilder.Create(_model, _splits.Classes.Count);
        model.OnBatch = _options?.OnBatch;
        return model;
    }

    private TrialResult Train(TrialSpec trial, CancellationToken cancellation)
    {
        var start = _clock.GetTimestamp();
        var key = TrialKey.Of(trial);
        var checkpoint = CheckpointPath(key);
        var data = DataOf(trial);
        using var scope = NewDisposeScope();
        var teacher = trial.Teacher is null ? null : Teach(trial, data, cancellation);
        if (teacher?.Failure is { } failure)
        {
            return new TrialResult { Key = key, Status = TrialStatus.Failed, Failure = failure, FailureIsTransient = teacher.FailureIsTransient };
        }

        var job = new TrainingJob
        {
            CreateModel = CreateModel,
            Train = data.Train,
            Synthetic = trial.Policy[Technique.Synthetic] > 0 ? data.Synthetic : null,
            PseudoLabelled = teacher?.Labelled,
            Policy = trial.Policy,
            Recipe = trial.Recipe,
            Fidelity = trial.Fidelity,
            Seed = trial.Seed,
            CheckpointPath = checkpoint,
            Meter = new TrainingMeter(_clock),
        };
        _underWay = new Metered(key, trial.Policy.Name, job.Meter);
        using var outcome = _trainer.Train(job, Relay(key, trial.Policy.Name), cancellation);
        _underWay = null;
        var result = Measure(trial, key, data, outcome, cancellation);
        result = result with
        {
            ImagePasses = result.ImagePasses + (teacher is null ? 0 : data.Splits.Unlabeled!.Count),
            EpochLosses = outcome.EpochLosses,
            Seconds = _clock.GetElapsedTime(start).TotalSeconds,
            PeakMemory = PeakMemory.OfProcess(),
        };
        DeleteTheOneBefore(checkpoint);
        return result;
    }

    /// <summary>Null, so that there is none, where a link in the cache would lead it elsewhere.</summary>
    private string? CheckpointPath(string key)
    {
        try
        {
            return new RootFolder(_cache).Place(Path.Combine("checkpoints", key));
        }
        catch (IOException e)
        {
            _logger.LogWarning("Trainings are not kept from one start to the next: {Reason}", Cause.Of(e));
            return null;
        }
    }

    /// <summary>
    /// What the teacher makes of the unlabeled images. Whoever asks for a student asks for its teacher first, so that it is in the
    /// journal; only where its weights are gone is it trained here.
    /// </summary>
    private Teaching Teach(TrialSpec student, ResidentSplits data, CancellationToken cancellation)
    {
        var trial = student.Teacher!;
        var key = TrialKey.Of(trial);
        if (data.Unlabeled is not { } unlabeled)
        {
            throw new DiagnosticException(
                TrainingDiagnostics.NoAddedImages, $"Policy '{student.Policy.Name}' adds unlabeled images, but there are none.");
        }

        if (!File.Exists(WeightsPath(key)) && Train(trial, cancellation) is { Status: TrialStatus.Failed } failed)
        {
            return new Teaching(null, $"The teacher of the unlabeled images failed: {failed.Failure}", failed.FailureIsTransient);
        }

        using var model = CreateModel();
        model.LoadState(WeightsPath(key));
        model.to(_device);
        var temperature = TemperatureScaling.Fit(Predictor.Predict(model, data.Select, cancellation)).Temperature;
        var labels = PseudoLabels.Of(
            Predictor.Predict(model, unlabeled, cancellation),
            temperature,
            [.. Enumerable.Range(0, _splits.Classes.Count).Select(c => data.Splits.Train.Labels.Count(l => l == c))],
            student.UnlabeledShare,
            Seeds.Derive(student.Seed, "dose"));
        if (labels.Positions.Count == 0)
        {
            return new Teaching(null, $"Its teacher is sure, to {PseudoLabels.Confidence:0%}, of none of the unlabeled images.", false);
        }

        var classes = new long[unlabeled.Count];
        foreach (var (position, label) in labels.Positions.Zip(labels.Classes))
        {
            classes[position] = label;
        }

        return new Teaching(new AddedImages(unlabeled, tensor(classes, ScalarType.Int64).to(_device), labels.Positions), null, false);
    }

    /// <summary>A checkpoint outlives its training by one trial: a kill before the result is journalled must not cost the training.</summary>
    private void DeleteTheOneBefore(string? checkpoint)
    {
        if (_finishedCheckpoint is { } before && before != checkpoint)
        {
            File.Delete(before);
        }

        _finishedCheckpoint = File.Exists(checkpoint) ? checkpoint : null;
    }

    private TrialResult Measure(TrialSpec trial, string key, ResidentSplits data, TrainingOutcome outcome, CancellationToken cancellation)
    {
        var failed = new TrialResult { Key = key, Status = TrialStatus.Failed, ImagePasses = outcome.ImagePasses };
        if (outcome.Model is not { } model)
        {
            return failed with { Failure = outcome.Failure, FailureIsTransient = outcome.FailureIsTransient, RanOutOfMemory = outcome.RanOutOfMemory };
        }

        try
        {
            return Evaluate(trial, failed, data, model, cancellation);
        }
        catch (Exception e) when (TrainingFault.Of(e) is { } fault)
        {
            return failed with { Failure = fault.Reason, FailureIsTransient = fault.IsTransient };
        }
    }

    private TrialResult Evaluate(TrialSpec trial, TrialResult failed, ResidentSplits data, Classifier model, CancellationToken cancellation)
    {
        var select = Predictor.Predict(model, data.Select, cancellation);
        if (!Array.TrueForAll(select.Logits, float.IsFinite))
        {
            return failed with
            {
                Failure = "The trained model's logits on the select split are not finite.",
                ImagePasses = failed.ImagePasses + select.Count,
            };
        }

        var test = trial.EvaluateTest ? Predictor.Predict(model, data.Test, cancellation) : null;
        var weights = trial.KeepWeights ? Keep(model, failed.Key) : null;

        return new TrialResult
        {
            Key = failed.Key,
            Status = TrialStatus.Completed,
            SelectLoss = TemperatureScaling.Fit(select).Loss,
            SelectError = ClassificationMetrics.ErrorRateOf(select),
            RawSelectLoss = ClassificationMetrics.MeanCrossEntropy(select),
            Select = select,
            Test = test,
            WeightsPath = weights,
            ImagePasses = failed.ImagePasses + select.Count + (test?.Count ?? 0),
        };
    }

    /// <summary>Saves weights in the cache, or, where that can't be written, in a temporary folder that goes with the run.</summary>
    private string Keep(Classifier model, string key)
    {
        var name = $"{key}.safetensors";
        try
        {
            var kept = new RootFolder(_cache).Place(Path.Combine("weights", name));
            model.SaveState(kept);
            return kept;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _logger.LogWarning("The cache can't keep weights ({Reason}); they are kept until the run ends only.", Cause.Of(e).TrimEnd('.'));
            _spareFolder ??= Directory.CreateTempSubdirectory("masterful-weights-").FullName;
            if (!OperatingSystem.IsWindows())
            {
                // Its name can't be guessed, but the temporary folder can be listed.
                Directory.CreateDirectory(_spareFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            var spare = Path.Combine(_spareFolder, name);
            model.SaveState(spare);
            return spare;
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
        using var model = CreateModel();
        model.LoadState(WeightsPath(key));
        using var distances = new DistanceMeter(model, _device, DataOf(probe.Trial).Select, probe);
        var operations = probe.Operations.Select(o => distances.Measure(o, probe.Strengths, cancellation)).ToList();
        return new DistanceProbeResult(
            distances.CleanLoss, distances.CleanError, operations, distances.ImagePasses, _clock.GetElapsedTime(start).TotalSeconds);
    }

    private void CheckBelongsHere(TrialSpec trial)
    {
        if ((trial.Fold is null && trial.DataFingerprint != _splits.Fingerprint)
            || trial.ModelFingerprint != _modelFingerprint
            || trial.DeviceKind != ComputeDevice.KindOf(_device))
        {
            throw OfOthers(trial);
        }

        if (trial.Recipe.Precision == PrecisionKind.Auto)
        {
            throw new ArgumentException("A trial's precision must be settled: see Precision.Resolve.", nameof(trial));
        }
    }

    private static ArgumentException OfOthers(TrialSpec trial) =>
        new("The trial is of other data, another model or another kind of device than this runner's.", nameof(trial));

    private Relayed? Relay(string key, string policyName) => _progress is null ? null : new Relayed(_progress, key, policyName);

    private sealed record Metered(string Key, string PolicyName, TrainingMeter Meter);

    private sealed record Teaching(AddedImages? Labelled, string? Failure, bool FailureIsTransient);

    private sealed class Relayed(IProgress<TrialProgress> progress, string key, string policyName) : IProgress<EpochProgress>
    {
        public void Report(EpochProgress value) => progress.Report(new TrialProgress(key, policyName, value));
    }
}
