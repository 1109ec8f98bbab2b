using System.Text.Json;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;
using Masterful.Results;
using Microsoft.Extensions.Logging;

namespace Masterful.Core.Pipeline;

/// <summary>What a cache folder holds that no run of the spec as it stands would ask for again, and its removal.</summary>
/// <remarks>
/// A trial stays when the last finished run of any spec used it; or when it fits the spec (engine, recipe, and the model and the data
/// of the lock or of that run) and is not a final training of a policy that is no longer locked. Trainings under way stay until a run
/// has finished. With a largest age, only the last finished run of this spec keeps what is older. Of a journal that others write to as
/// well nothing goes but what is older than the largest age: their runs under way can't be seen from here.
/// </remarks>
/// <param name="spec">Whose cache it is.</param>
/// <param name="clock">Tells ages.</param>
/// <param name="logger">Hears of a folder that can't be locked.</param>
/// <param name="openShared">Opens a journal that others write to as well; null where it is the cache's own.</param>
public sealed class CachePruning(MasterfulSpec spec, TimeProvider clock, ILogger logger, Func<Journal>? openShared = null)
{
    private readonly string _cache = spec.Runtime.Cache;

    /// <summary>Removes it, or only counts it.</summary>
    /// <param name="largestAge">What was not used for longer goes too; null for no such limit.</param>
    /// <param name="dryRun">Whether everything stays where it is.</param>
    /// <exception cref="DiagnosticException">A run is using the folder, the lock is not valid, or the journal can't be read or written.</exception>
    /// <exception cref="IOException">A file can't be removed.</exception>
    public IReadOnlyList<PrunedKind> Prune(TimeSpan? largestAge, bool dryRun)
    {
        var now = clock.GetUtcNow();
        using var runLock = RunLock.Acquire(_cache, now, logger);
        using var journal = openShared?.Invoke() ?? Journal.Open(TorchEnvironment.JournalPath(_cache), clock, entry => logger.LogWarning("{Code}: {Message}", entry.Code.Id, entry.Message));
        if (journal.Warning is { } warning)
        {
            throw new DiagnosticException(warning.Code, warning.Message, warning.Position);
        }

        var cutoff = largestAge is { } age ? now - age : DateTimeOffset.MinValue;
        var locked = PolicyLockFile.Read(PolicyLock.PathFor(spec));
        var runs = journal.Runs(int.MaxValue);
        var holdings = journal.Holdings();
        var ours = runs.FirstOrDefault(r => r.SpecPath == spec.Path && IsWhole(r));
        var latest = runs.Where(IsWhole).GroupBy(r => r.SpecPath).Select(g => g.First()).Where(r => r == ours || r.Started >= cutoff).ToList();
        var kept = Reachable(journal, holdings, locked, ours, latest, cutoff);
        var gone = holdings.Where(h => !kept.Contains(h.Key) && (openShared is null || h.LastUsed < cutoff)).ToList();
        List<string> goneRuns = [.. runs.Where(r => r.Started < cutoff && !latest.Contains(r)).Select(r => r.Id)];

        List<(string Kind, List<FileInfo> Files)> files =
        [
            ("weights", [.. Files("weights").Where(f => !kept.Contains(Path.GetFileNameWithoutExtension(f.Name)) && (openShared is null || f.LastWriteTimeUtc < cutoff))]),
            ("checkpoints", [.. Files("checkpoints").Where(f => !IsUnderWay(f, runs, holdings))]),
            ("searches", [.. Files("searches").Where(f => locked is null || f.FullName != Path.GetFullPath(new SearchArchive(_cache, logger).PathOf(locked)))]),
            ("decoded data", [.. Files("data").Where(f => f.LastWriteTimeUtc < cutoff)]),
            ("reports", [.. goneRuns.SelectMany(id => Files(Path.Combine(RunFolder.ArchiveName, id)))]),
        ];
        List<PrunedKind> pruned = [new("trials", gone.Count, gone.Sum(h => h.Bytes)), .. files.Select(f => new PrunedKind(f.Kind, f.Files.Count, f.Files.Sum(i => i.Length)))];
        if (!dryRun)
        {
            journal.Forget([.. gone.Select(h => h.Key)], goneRuns, cutoff);
            foreach (var file in files.SelectMany(f => f.Files))
            {
                file.Delete();
            }

            foreach (var folder in goneRuns.Select(id => Path.Combine(_cache, RunFolder.ArchiveName, id)).Where(f => IsInside(f) && Directory.Exists(f)))
            {
                Directory.Delete(folder);
            }
        }

        return pruned;
    }

    private static bool IsWhole(JournalRun run) => run.Finished is not null && run.Status is not (null or "cancelled" or "error");

    private HashSet<string> Reachable(
        Journal journal, IReadOnlyList<JournalHolding> holdings, PolicyLock? locked, JournalRun? ours, List<JournalRun> latest, DateTimeOffset cutoff)
    {
        var used = latest.SelectMany(r => journal.TrialsOf(r.Id)).Select(t => t.Result.Key).ToHashSet();
        var now = ours is null ? [] : journal.TrialsOf(ours.Id).Select(t => CanonicalTrial.Read(t.Spec)).OfType<CanonicalTrial>().ToList();
        HashSet<string> models = [.. now.Select(t => t.Model), .. locked is null ? [] : new[] { locked.Fingerprint.Model }];
        HashSet<string> data = [.. now.Select(t => t.Data), .. locked is null ? [] : new[] { locked.Fingerprint.Data }];
        var policy = locked is null ? null : CanonicalTrial.PolicyOf(locked.Policy);
        used.UnionWith(holdings.Where(h => h.LastUsed >= cutoff && Fits(h)).Select(h => h.Key));
        return used;

        bool Fits(JournalHolding holding)
        {
            return CanonicalTrial.Read(holding.Spec) is { } trial && trial.Engine == CanonicalTrial.CurrentEngine
                && trial.Epochs == spec.Training.Epochs && trial.Optimizer == spec.Training.Optimizer.ToString() && trial.WeightDecay == spec.Training.WeightDecay
                && (spec.Training.BatchSize is not { } batch || trial.BatchSize == batch)
                && (spec.Training.LearningRate is not { } rate || trial.LearningRate == rate)
                && (models.Count == 0 || models.Contains(trial.Model)) && (data.Count == 0 || data.Contains(trial.Data))
                && (!holding.IsFinal || trial.Policy == CanonicalTrial.NoPolicy || policy is null || trial.Policy == policy);
        }
    }

    /// <summary>A checkpoint is of use while its training is not over and the run that began it has not come to its end.</summary>
    private static bool IsUnderWay(FileInfo checkpoint, IReadOnlyList<JournalRun> runs, IReadOnlyList<JournalHolding> holdings) =>
        runs.Count > 0 && !IsWhole(runs[0]) && checkpoint.LastWriteTimeUtc >= runs[0].Started.UtcDateTime && holdings.All(h => h.Key != checkpoint.Name);

    private IEnumerable<FileInfo> Files(string folder)
    {
        var path = Path.GetFullPath(folder, _cache);
        return IsInside(path) && Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFiles() : [];
    }

    /// <summary>Whether a folder is the cache's own: ids of runs come out of the journal, which may say anything, and a folder may be a link.</summary>
    private bool IsInside(string folder)
    {
        try
        {
            return RootFolder.Below(_cache, folder) is { } below && below != "."
                && new RootFolder(_cache).Resolve(folder) == Path.GetFullPath(below, RootFolder.WithoutLinks(_cache));
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>What of a trial's canonical text says whether it fits a spec.</summary>
    private sealed record CanonicalTrial(
        string Policy, string Model, string Data, string Engine, int Epochs, int BatchSize, double LearningRate, string Optimizer, double WeightDecay)
    {
        public static string CurrentEngine { get; } = string.Join('.', EngineVersion.Current.Split('.').Take(2));

        public static string NoPolicy { get; } = PolicyOf(Techniques.Policy.None);

        /// <summary>Null where it is the text of no trial: a journal may hold anything.</summary>
        public static CanonicalTrial? Read(string canonical)
        {
            try
            {
                return Parse(canonical);
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                return null;
            }
        }

        private static CanonicalTrial Parse(string canonical)
        {
            using var document = JsonDocument.Parse(canonical);
            var (trial, recipe) = (document.RootElement, document.RootElement.GetProperty("recipe"));
            return new CanonicalTrial(
                trial.GetProperty("policy").GetRawText() + trial.GetProperty("calibration").GetRawText(),
                trial.GetProperty("model").GetString()!,
                trial.GetProperty("data").GetString()!,
                trial.GetProperty("engine").GetString()!,
                recipe.GetProperty("epochs").GetInt32(),
                recipe.GetProperty("batchSize").GetInt32(),
                recipe.GetProperty("learningRate").GetDouble(),
                recipe.GetProperty("optimizer").GetString()!,
                recipe.GetProperty("weightDecay").GetDouble());
        }

        /// <summary>A policy as a trial's text has it.</summary>
        public static string PolicyOf(Policy policy) => Parse(TrialKey.Canonical(new TrialSpec
        {
            Policy = policy,
            Recipe = new Training.Recipe { Epochs = 1, BatchSize = 1, LearningRate = 1 },
            Seed = 0,
            DataFingerprint = "",
            ModelFingerprint = "",
            DeviceKind = "",
            EngineVersion = EngineVersion.Current,
        })).Policy;
    }
}

/// <summary>What was removed of a kind.</summary>
/// <param name="Kind">trials, weights, checkpoints, searches, decoded data or reports.</param>
/// <param name="Count">How many.</param>
/// <param name="Bytes">How much they took up; for trials their predictions.</param>
public sealed record PrunedKind(string Kind, int Count, long Bytes);
