using Masterful.Core.Spec;
using Microsoft.Extensions.Logging;

namespace Masterful.Core.Training;

/// <summary>
/// Trains models. A training is a function of its job: initialisation, batch order, augmentation and dropout draw from streams of their
/// own, each seeded anew at every epoch, so that jobs that differ in policy alone are paired and an interrupted training goes on as if
/// it had not been. torch's generator is the process's: one training at a time.
/// </summary>
/// <param name="clock">Times epochs and spaces checkpoints.</param>
/// <param name="logger">Warned of checkpoints that can't be written or read.</param>
public sealed class Trainer(TimeProvider clock, ILogger logger)
{
    /// <summary>Trains on the calling thread until done, failed or cancelled. libtorch must be loaded.</summary>
    /// <param name="job">What to train.</param>
    /// <param name="progress">Told after each epoch, on this thread.</param>
    /// <param name="cancellation">Looked at before each step; the last checkpoint stays.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="DiagnosticException">The job can't be trained whatever the machine.</exception>
    public TrainingOutcome Train(TrainingJob job, IProgress<EpochProgress>? progress, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        var losses = new List<double>();
        try
        {
            using var run = new TrainingRun(job, losses, path => new Checkpoint(path, clock, logger));
            run.Restore();
            while (run.Epoch < run.Epochs)
            {
                var epochStart = clock.GetTimestamp();
                var images = run.RunEpoch(cancellation);
                if (!double.IsFinite(losses[^1]))
                {
                    return Failed($"The training loss became {losses[^1]} in epoch {run.Epoch} of {run.Epochs}: it diverged.");
                }

                var seconds = clock.GetElapsedTime(epochStart).TotalSeconds;
                progress?.Report(new EpochProgress(run.Epoch, run.Epochs, losses[^1], images / Math.Max(seconds, 1e-9)));
            }

            return run.Finish() is { } model
                ? Outcome() with { Model = model }
                : Failed("The weights are not finite after the last step: the training diverged.");
        }
        catch (Exception e) when (TrainingFault.Of(e) is { } fault)
        {
            return Failed(fault.Reason) with { FailureIsTransient = fault.IsTransient, RanOutOfMemory = fault.IsMemory };
        }

        TrainingOutcome Outcome() => new()
        {
            EpochLosses = losses,
            ImagePasses = TrainingRun.ImagePasses(job, losses.Count),
            Seconds = clock.GetElapsedTime(start).TotalSeconds,
        };

        TrainingOutcome Failed(string reason) => Outcome() with { Failure = reason };
    }
}
