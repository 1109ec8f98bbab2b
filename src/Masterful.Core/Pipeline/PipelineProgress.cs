using System.Text.Json.Serialization;

namespace Masterful.Core.Pipeline;

/// <summary>How far a run is.</summary>
/// <param name="Stage">One of <see cref="PipelineStage"/>.</param>
/// <param name="Detail">What the stage does now, such as a group of techniques; or null.</param>
/// <param name="TrialsDone">Trials of this stage that are finished.</param>
/// <param name="TrialsPlanned">Trials that the stage plans, finished ones included.</param>
/// <param name="ImagePasses">Work of this stage done.</param>
/// <param name="ImagePassesPlanned">Work that the stage plans or may use at most; null when it has no bound.</param>
/// <param name="SecondsLeft">Estimated time left in this stage; null when nothing is known yet.</param>
/// <param name="RunId">The run's id in the journal; null before the journal knows it.</param>
public sealed record PipelineProgress(
    string Stage, string? Detail, int TrialsDone, int TrialsPlanned, long ImagePasses, long? ImagePassesPlanned, double? SecondsLeft,
    string? RunId = null)
{
    /// <summary>All that the run is going to train; told once, as soon as it is known.</summary>
    [JsonIgnore]
    public RunPlan? Plan { get; init; }

    /// <summary>Turns another kind of progress into a run's; null where nobody is told.</summary>
    internal static IProgress<T>? Relay<T>(IProgress<PipelineProgress>? progress, Func<T, PipelineProgress> translate) =>
        progress is null ? null : new RelayProgress<T>(value => progress.Report(translate(value)));
}

/// <summary>The stages of a run, in order; a ledger uses the middle ones.</summary>
public static class PipelineStage
{
    /// <summary>Data are found, decoded and checked.</summary>
    public const string Data = "data";

    /// <summary>The model is tried.</summary>
    public const string Model = "model";

    /// <summary>What the recipe leaves open is settled, and the original trained for the search.</summary>
    public const string Baseline = "baseline";

    /// <summary>The policy is found.</summary>
    public const string Search = "search";

    /// <summary>Original and masterful are trained at full budget.</summary>
    public const string Final = "final";

    /// <summary>Every image's label is predicted by a model that was not trained on it.</summary>
    public const string Labels = "labels";

    /// <summary>Each technique's part is measured.</summary>
    public const string Attribution = "attribution";

    /// <summary>The run's files are written.</summary>
    public const string Report = "report";
}

/// <summary>Passes reports on at once and in order, on the reporting thread; <see cref="Progress{T}"/> would do it later and out of order.</summary>
internal sealed class RelayProgress<T>(Action<T> report) : IProgress<T>
{
    /// <inheritdoc/>
    public void Report(T value) => report(value);
}
