namespace Masterful.Results;

/// <summary>The content of <c>result.json</c>. Fields are only ever added while <see cref="SchemaVersion"/> stays.</summary>
public sealed record RunResult
{
    /// <summary>Version of this layout.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>When, where and by what it was made.</summary>
    public required RunInfo Run { get; init; }

    /// <summary>The data.</summary>
    public required DatasetInfo Dataset { get; init; }

    /// <summary>The model.</summary>
    public required ModelInfo Model { get; init; }

    /// <summary>The recipe that both arms share.</summary>
    public required RecipeInfo Recipe { get; init; }

    /// <summary>The masterful policy.</summary>
    public required PolicyInfo Policy { get; init; }

    /// <summary>The original model on the evaluation split.</summary>
    public required ArmResult Original { get; init; }

    /// <summary>The masterful model on the evaluation split.</summary>
    public required ArmResult Masterful { get; init; }

    /// <summary>The two compared, with intervals.</summary>
    public required ComparisonResult Comparison { get; init; }

    /// <summary>What each technique contributes, in search order; sums exactly from original to masterful validation loss.</summary>
    public IReadOnlyList<AttributionStep> Attribution { get; init; } = [];

    /// <summary>What the search did, or null when the policy was locked or given.</summary>
    public SearchInfo? Search { get; init; }

    /// <summary>Work and time of every stage: baseline, search, final, attribution.</summary>
    public IReadOnlyList<LedgerEntry> Ledger { get; init; } = [];

    /// <summary>The gate's verdict.</summary>
    public required GateResult Gate { get; init; }

    /// <summary>What a reviewer should know: data changed since the lock, failed trials, a search that was cut short.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>When, where and by what a run was made.</summary>
public sealed record RunInfo
{
    /// <summary>Time and short hash, unique in a cache folder.</summary>
    public required string Id { get; init; }

    /// <summary>Version of the engine.</summary>
    public required string EngineVersion { get; init; }

    /// <summary>Start, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>End, UTC.</summary>
    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>The spec's seed.</summary>
    public int Seed { get; init; }

    /// <summary>cpu, cuda:0 …</summary>
    public required string Device { get; init; }

    /// <summary>Processor or GPU name, cores, memory, operating system.</summary>
    public string? Hardware { get; init; }

    /// <summary>Versions of what computes: .NET, TorchSharp, libtorch.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    /// <summary>Trials trained in this run.</summary>
    public int TrialsRun { get; init; }

    /// <summary>Trials that the journal already had.</summary>
    public int TrialsReused { get; init; }

    /// <summary>Largest memory of the process, bytes.</summary>
    public long PeakMemory { get; init; }

    /// <summary>Commands that repeat the run, one a line.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];
}

/// <summary>Work and time of a stage.</summary>
/// <param name="Stage">baseline, search, final or attribution.</param>
/// <param name="Trials">Trials asked for.</param>
/// <param name="ImagePasses">3 for each image trained on, 1 for each inferred.</param>
/// <param name="Seconds">Wall time that the trials took when they were trained.</param>
public sealed record LedgerEntry(string Stage, int Trials, long ImagePasses, double Seconds)
{
    /// <summary>What all of them used, under one name.</summary>
    public static LedgerEntry Sum(string stage, IEnumerable<LedgerEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return entries.Aggregate(
            new LedgerEntry(stage, 0, 0, 0),
            (a, b) => new LedgerEntry(stage, a.Trials + b.Trials, a.ImagePasses + b.ImagePasses, a.Seconds + b.Seconds));
    }
}
