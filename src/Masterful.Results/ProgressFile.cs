namespace Masterful.Results;

/// <summary>How far the run is that now uses a cache folder: <c>progress.json</c> in it, there while the run is.</summary>
public sealed record ProgressFile
{
    /// <summary>The name of this file in a cache folder.</summary>
    public const string Name = "progress.json";

    /// <summary>The process that trains. Where it is gone, so is the run: it was killed.</summary>
    public int ProcessId { get; init; }

    /// <summary>The run's id in the journal; null before the journal knows it.</summary>
    public string? RunId { get; init; }

    /// <summary>When this was written, UTC.</summary>
    public DateTimeOffset Updated { get; init; }

    /// <summary>data, model, baseline, search, final, attribution or report.</summary>
    public required string Stage { get; init; }

    /// <summary>What the stage does now, or null.</summary>
    public string? Detail { get; init; }

    /// <summary>Trials of the stage that are finished.</summary>
    public int TrialsDone { get; init; }

    /// <summary>Trials that the stage plans.</summary>
    public int TrialsPlanned { get; init; }

    /// <summary>Work of the stage done.</summary>
    public long ImagePasses { get; init; }

    /// <summary>Work that the stage plans or may use at most; null when it has no bound.</summary>
    public long? ImagePassesPlanned { get; init; }

    /// <summary>Estimated time left in the stage; null when nothing is known yet.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>The training under way, in a line; null between trainings.</summary>
    public string? Training { get; init; }
}
