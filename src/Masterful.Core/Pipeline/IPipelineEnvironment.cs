using Masterful.Core.Data;
using Masterful.Core.Models;
using Masterful.Core.Spec;
using Masterful.Core.Trials;

namespace Masterful.Core.Pipeline;

/// <summary>Whatever of a run touches image files, torch or the journal. The rest of the pipeline is bookkeeping that a simulation can drive.</summary>
public interface IPipelineEnvironment
{
    /// <summary>cpu, cuda:0 …</summary>
    string Device { get; }

    /// <summary>cpu or cuda.</summary>
    string DeviceKind { get; }

    /// <summary>Versions of what computes.</summary>
    IReadOnlyDictionary<string, string> Versions { get; }

    /// <summary>The arithmetic that a spec comes to on this machine; never auto.</summary>
    PrecisionKind ResolvePrecision(MasterfulSpec spec);

    /// <summary>Finds, decodes, splits and checks the data.</summary>
    /// <exception cref="DiagnosticException">The data are wrong.</exception>
    Task<DatasetSplits> LoadDataAsync(MasterfulSpec spec, IProgress<DataProgress>? progress, CancellationToken cancellation);

    /// <summary>Tries the model.</summary>
    /// <exception cref="DiagnosticException">The model is wrong.</exception>
    ModelFacts CheckModel(ModelSpec model, int classCount);

    /// <summary>Images a second that one training makes, measured on a few images in a second or two; null where that can't be said.</summary>
    double? MeasureSpeed(MasterfulSpec spec, int classCount) => null;

    /// <summary>Begins a run: the journal notes it, and trials can be asked for.</summary>
    IRunSession OpenSession(RunIdentity run, MasterfulSpec spec, DatasetSplits data);

    /// <summary>Writes the trained model for use.</summary>
    /// <param name="spec">Says where, and what the model is made by.</param>
    /// <param name="classes">Class names in label order.</param>
    /// <param name="weightsPath">The weights that a trial kept.</param>
    /// <param name="temperature">Divides the logits for calibrated confidences.</param>
    /// <param name="metadata">What else is worth keeping with it.</param>
    /// <exception cref="IOException">The folder can't be written.</exception>
    void SaveModel(
        MasterfulSpec spec, IReadOnlyList<string> classes, string weightsPath, double temperature, IReadOnlyDictionary<string, string> metadata);
}

/// <summary>Which run it is.</summary>
/// <param name="Id">Unique in a cache folder.</param>
/// <param name="StartedAt">UTC.</param>
public sealed record RunIdentity(string Id, DateTimeOffset StartedAt);

/// <summary>A run that has begun.</summary>
public interface IRunSession : IDisposable
{
    /// <summary>Answers trials, from the journal where it has them.</summary>
    ITrialRunner Runner { get; }

    /// <summary>Notes how the run ended.</summary>
    /// <param name="status">The gate's status, <c>cancelled</c> or <c>error</c>.</param>
    /// <param name="summary">A line for people, or null.</param>
    void Finish(string status, string? summary);
}
