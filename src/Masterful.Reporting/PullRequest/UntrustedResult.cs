using System.Globalization;
using System.Text;
using Masterful.Results;

namespace Masterful.Reporting.PullRequest;

/// <summary>
/// A result that someone else may have written, a fork's artifact for one, as a bot with rights may show it: numbers, words of known
/// lists, and names within limits. Sentences, commands and links are left out, since the bot would say them in its own name.
/// </summary>
public static class UntrustedResult
{
    private const int LongestName = 40;
    private const int MostClasses = 10_000;
    private const int MostEntries = 200;

    private static readonly string[] Statuses = ["passed", "failed", "inconclusive", "not-evaluated"];
    private static readonly string[] Rules = ["error_rate_reduction", "max_error_rate", "max_class_recall_drop", "max_error_rate_increase"];
    private static readonly string[] Sources = ["search", "lock", "trivial-augment", "rand-augment", "none"];
    private static readonly string[] Optimizers = ["sgd", "adamw", "lamb"];
    private static readonly string[] Precisions = ["fp32", "bf16"];
    private static readonly string[] Splits = ["test", "select"];
    private static readonly string[] Measures = ["errorRate", "meanRecall", "meanPrecision", "testLoss", "validationLoss"];
    private static readonly string[] Reasons = [ComparisonOutcome.NoResult, ComparisonOutcome.NoErrors, ComparisonOutcome.ErrorsFromNone, Verdict.Undefined, "no-baseline"];

    /// <summary>What may be shown of a result.</summary>
    public static RunResult Of(RunResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new RunResult
        {
            Run = Run(result.Run),
            Dataset = Dataset(result.Dataset),
            Model = new ModelInfo
            {
                Name = Name(result.Model.Name),
                Parameters = result.Model.Parameters,
                Fingerprint = Hash(result.Model.Fingerprint),
                InputShape = [.. result.Model.InputShape.Take(3)],
            },
            Recipe = result.Recipe with { Optimizer = Word(result.Recipe.Optimizer, Optimizers), Precision = Word(result.Recipe.Precision, Precisions) },
            Policy = new PolicyInfo
            {
                Name = Name(result.Policy.Name),
                Source = Word(result.Policy.Source, Sources),
                Values = [.. result.Policy.Values.Take(MostEntries).Select(v => new PolicyAxisValue(Name(v.Technique), Name(v.Axis), Name(v.Kind), v.Value))],
            },
            Original = Arm(result.Original),
            Masterful = Arm(result.Masterful),
            Comparison = Comparison(result),
            Attribution = [.. result.Attribution.Take(MostEntries).Select(a => a with { Technique = Name(a.Technique) })],
            Search = result.Search is { } search ? Search(search) : null,
            Ledger = [.. result.Ledger.Take(MostEntries).Select(e => e with { Stage = Name(e.Stage) })],
            Gate = Gate(result.Gate),
            Notes = result.Notes.Count == 0 ? [] : [$"The run left {Counted(result.Notes.Count, "note")} for reviewers, to be read in its own report."],
        };
    }

    /// <summary>What may be drawn of the tested policies.</summary>
    public static PoliciesFile Of(PoliciesFile policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        return new PoliciesFile(
            [.. policies.Axes.Take(MostEntries).Select(a => a with { Name = Name(a.Name), Kind = Name(a.Kind) })],
            [.. policies.Policies.Take(MostClasses).Select(p => p with { Values = Named(p.Values), Stage = Name(p.Stage) })]);
    }

    private static RunInfo Run(RunInfo run) => new()
    {
        Id = Name(run.Id),
        EngineVersion = Name(run.EngineVersion),
        StartedAt = run.StartedAt,
        FinishedAt = run.FinishedAt,
        Seed = run.Seed,
        Device = Name(run.Device),
        TrialsRun = run.TrialsRun,
        TrialsReused = run.TrialsReused,
        PeakMemory = run.PeakMemory,
    };

    private static DatasetInfo Dataset(DatasetInfo dataset) => new()
    {
        Name = Name(dataset.Name),
        Format = Name(dataset.Format),
        Fingerprint = Hash(dataset.Fingerprint),
        Classes = [.. dataset.Classes.Take(MostClasses).Select(Name)],
        Evaluated = Word(dataset.Evaluated, Splits, "test"),
        Counts = Named(dataset.Counts),
        ClassCounts = Named(dataset.ClassCounts),
        Health = new HealthInfo
        {
            WithoutLabel = dataset.Health.WithoutLabel,
            Duplicates = dataset.Health.Duplicates,
            Leaks = dataset.Health.Leaks,
            Unreadable = dataset.Health.Unreadable,
            ConflictingLabels = dataset.Health.ConflictingLabels,
            Mean = dataset.Health.Mean,
            StandardDeviation = dataset.Health.StandardDeviation,
            Sizes = Named(dataset.Health.Sizes),
        },
    };

    private static ArmResult Arm(ArmResult arm) => arm with { Classes = [.. arm.Classes.Take(MostClasses).Select(c => c with { Name = Name(c.Name) })] };

    /// <summary>What is said of a change follows from its figures here too, whatever the file says.</summary>
    private static ComparisonResult Comparison(RunResult result) => result.Comparison with
    {
        Outcome = ComparisonOutcome.Of(result.Original, result.Masterful, result.Comparison),
        Classes =
        [
            .. result.Comparison.Classes.Take(MostClasses).Select(c => c with
            {
                Name = Name(c.Name),
                Verdict = Verdict.Of(c.RecallChange, c.Low, c.High),
                PrecisionVerdict = Verdict.Of(c.PrecisionChange, c.PrecisionLow, c.PrecisionHigh),
            }),
        ],
        Measures =
        [
            .. result.Comparison.Measures.Where(m => Measures.Contains(m.Measure)).Take(Measures.Length).Select(m => m with
            {
                Verdict = m.Measure.StartsWith("mean", StringComparison.Ordinal) ? Verdict.Of(m.Change, m.Low, m.High) : Verdict.OfFall(m.Change, m.Low, m.High),
            }),
        ],
    };

    private static SearchInfo Search(SearchInfo search) => new()
    {
        PoliciesTested = search.PoliciesTested,
        Groups = [.. search.Groups.Take(MostEntries).Select(g => g with { Name = Name(g.Name), Reason = null })],
        Doses = [.. search.Doses.Take(MostEntries).Select(d => d with { Technique = Name(d.Technique), Reason = "" })],
        ImagePasses = search.ImagePasses,
        Seconds = search.Seconds,
        Ratio = search.Ratio,
        Trainings = search.Trainings,
        CutShort = search.CutShort is null ? null : "its own report says why.",
    };

    private static GateResult Gate(GateResult gate) => new(
        Word(gate.Status, Statuses, "not-evaluated"),
        [.. gate.Rules.Where(r => Rules.Contains(r.Rule)).Take(MostEntries).Select(r => r with { Status = Word(r.Status, Statuses, "not-evaluated"), Message = null, Reason = Word(r.Reason ?? "", Reasons, "") })]);

    private static Dictionary<string, T> Named<T>(IReadOnlyDictionary<string, T> values)
    {
        var named = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (name, value) in values.Take(MostEntries))
        {
            named.TryAdd(Name(name), value);
        }

        return named;
    }

    private static string Counted(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    private static string Word(string text, string[] words, string otherwise = "–") => words.Contains(text) ? text : otherwise;

    private static string Hash(string text) => text.Length <= 128 && text.All(char.IsAsciiHexDigit) ? text : "";

    /// <summary>
    /// Letters of any script, digits and the signs that names have; whatever else is in it is a dot, and what is too long is cut. A stop stays
    /// before a digit and at the end, so that no address is left.
    /// </summary>
    private static string Name(string text)
    {
        var name = new StringBuilder();
        foreach (var (at, rune) in text.EnumerateRunes().Index())
        {
            if (name.Length + rune.Utf16SequenceLength > LongestName)
            {
                return name.Append('…').ToString();
            }

            var isPlain = Rune.IsLetterOrDigit(rune)
                || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                || " -_,+()/×&'%#".Contains(rune.ToString(), StringComparison.Ordinal);
            name.Append(isPlain || (rune.Value == '.' && IsBeforeDigitOrEnd(text, at)) ? rune.ToString() : "·");
        }

        return name.ToString();
    }

    private static bool IsBeforeDigitOrEnd(string text, int rune) => text.EnumerateRunes().Skip(rune + 1).Take(1).All(Rune.IsDigit);
}
