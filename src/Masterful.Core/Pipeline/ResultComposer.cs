using System.Globalization;
using Masterful.Core.Evaluation;
using Masterful.Core.Models;
using Masterful.Core.Runtime;
using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Core.Pipeline;

/// <summary>Puts what a run found out into the form of its files.</summary>
internal static class ResultComposer
{
    /// <summary>The content of <c>result.json</c>.</summary>
    internal static RunResult Compose(RunFigures run, DateTimeOffset finishedAt)
    {
        var (original, masterful, comparison) = Compare(run);
        return new RunResult
        {
            Run = Run(run, finishedAt),
            Dataset = Dataset(run),
            Model = Model(run),
            Recipe = Recipe(run),
            Policy = Policy(run.Choice),
            Original = original,
            Masterful = masterful,
            Comparison = comparison,
            Attribution = run.Attribution,
            Search = run.Choice.Search is { } search ? Search(run, search) : null,
            Ledger = Ledger(run),
            Gate = Gate.Evaluate(run.Spec.Gate, original, masterful, comparison, run.Baseline),
            Notes = run.Notes,
        };
    }

    /// <summary>The content of <c>policies.json</c>: what the search tested; without a search, the two arms.</summary>
    internal static PoliciesFile Policies(RunFigures run)
    {
        IReadOnlyList<TestedPolicyInfo> tested = run.Choice.Search is { } search
            ? [.. search.Tested.Select(t => new TestedPolicyInfo
            {
                Values = Values(t.Policy),
                ValidationLoss = t.ValidationLoss,
                ErrorRate = t.ErrorRate,
                Selected = t.Selected,
                Stage = t.Stage,
                Fidelity = t.Fidelity,
                Seeds = t.Seeds,
            })]
            : run.Choice.Policy.IsNone
                ? [Final(Techniques.Policy.None, run.Finals.Original, selected: true)]
                : [Final(Techniques.Policy.None, run.Finals.Original, selected: false), Final(run.Choice.Policy, run.Finals.Masterful, selected: true)];
        var axes = run.Spec.Policy.Techniques.Order()
            .Where(t => (t != Technique.Synthetic || run.Sizes.Synthetic > 0) && (t != Technique.Unlabeled || run.Sizes.Unlabeled > 0))
            .Select(TechniqueAxis.Of)
            .Select(a => new PolicyAxis(a.Name, a.KindSymbol, 0, a.Kind == AxisKind.Ratio ? Math.Max(1, Largest(tested, a.Name)) : a.Maximum));
        return new PoliciesFile([.. axes], tested);
    }

    private static (ArmResult Original, ArmResult Masterful, ComparisonResult Comparison) Compare(RunFigures run)
    {
        var confidence = run.Spec.Evaluation.Confidence;
        var (finals, classes) = (run.Finals, run.Data.Classes);
        if (finals.Original.Count == 0)
        {
            var missing = Comparison.MissingArm(classes);
            return (missing, missing, new ComparisonResult { Confidence = confidence });
        }

        var seed = Seeds.Derive(run.Spec.Training.Seed, "bootstrap");
        var (before, after) = (FinalTrials.ValidationLoss(finals.Original), FinalTrials.ValidationLoss(finals.Masterful));
        return (
            Comparison.Arm(finals.OriginalPredictions, classes, before, confidence, seed) with { ValidationErrorRate = finals.Original.Average(r => r.SelectError) },
            Comparison.Arm(finals.MasterfulPredictions, classes, after, confidence, seed) with { ValidationErrorRate = finals.Masterful.Average(r => r.SelectError) },
            Comparison.Compare(finals.OriginalPredictions, finals.MasterfulPredictions, classes, before, after, confidence, seed));
    }

    private static RunInfo Run(RunFigures run, DateTimeOffset finishedAt) => new()
    {
        Id = run.Run.Id,
        EngineVersion = EngineVersion.Current,
        StartedAt = run.Run.StartedAt,
        FinishedAt = finishedAt,
        Seed = run.Spec.Training.Seed,
        Device = run.Environment.Device,
        Hardware = Hardware.Describe(),
        Versions = run.Environment.Versions,
        TrialsRun = run.Runner.TrialsRun,
        TrialsReused = run.Runner.TrialsReused,
        PeakMemory = Math.Max(run.Runner.PeakMemory, Runtime.PeakMemory.OfProcess()),
        Commands = run.Options.Commands.Count > 0 ? run.Options.Commands : [$"dotnet masterful run --spec {Path.GetFileName(run.Spec.Path)}"],
    };

    private static DatasetInfo Dataset(RunFigures run)
    {
        var (spec, data, health) = (run.Spec.Dataset, run.Data, run.Data.Health);
        return new DatasetInfo
        {
            Name = spec.Name,
            Background = spec.Background,
            Description = spec.Description,
            Format = spec.Format.ToString().ToLowerInvariant(),
            Fingerprint = data.Fingerprint,
            Classes = data.Classes,
            Evaluated = run.Spec.Evaluation.Split,
            Counts = new Dictionary<string, int>
            {
                ["train"] = run.Sizes.Train,
                ["select"] = run.Sizes.Select,
                ["test"] = run.Sizes.Test,
                ["unlabeled"] = run.Sizes.Unlabeled,
                ["synthetic"] = run.Sizes.Synthetic,
            },
            ClassCounts = health.ClassCounts,
            Health = new HealthInfo
            {
                Duplicates = health.Duplicates,
                Leaks = health.Leaks,
                Unreadable = health.Unreadable,
                ConflictingLabels = health.ConflictingLabels,
                Mean = health.Mean,
                StandardDeviation = health.StandardDeviation,
                Sizes = health.Sizes.ToDictionary(s => s.Size, s => s.Count),
                Warnings = [.. health.Diagnostics.Select(d => d.Message)],
            },
            SamplesImage = run.SamplesImage,
        };
    }

    private static ModelInfo Model(RunFigures run)
    {
        var (spec, shape) = (run.Spec.Model, run.Spec.Model.InputShape);
        return new ModelInfo
        {
            Name = run.Model.DisplayName,
            Parameters = run.Model.TrainableParameters,
            Fingerprint = run.Model.Fingerprint,
            InputShape = [shape.Height, shape.Width, shape.Channels],
            Options = spec.Options.ToDictionary(o => o.Key, o => ModelBuilder.OptionText(o.Value)),
        };
    }

    private static RecipeInfo Recipe(RunFigures run)
    {
        var recipe = run.Choice.Recipe;
        return new RecipeInfo
        {
            Epochs = recipe.Epochs,
            BatchSize = recipe.BatchSize,
            LearningRate = recipe.LearningRate,
            Optimizer = recipe.Optimizer.ToString().ToLowerInvariant(),
            Precision = recipe.Precision.ToString().ToLowerInvariant(),
            Seeds = run.Spec.Training.Seeds,
            WeightDecay = recipe.WeightDecay,
            LearningRateSearched = run.Spec.Training.LearningRate is null,
        };
    }

    /// <summary>A policy as files show it.</summary>
    internal static PolicyInfo Policy(PolicyChoice choice) => new()
    {
        Name = choice.Policy.Name,
        Source = choice.Source,
        Values =
        [
            .. choice.Policy.Values.Select(v => TechniqueAxis.Of(v.Technique)).Zip(choice.Policy.Values, (axis, v) =>
                new PolicyAxisValue(axis.Name, $"{axis.Name} ({axis.KindSymbol})", axis.KindSymbol, v.Value)),
        ],
    };

    /// <summary>The recipe's share counts as part of the search: both are what finding the policy cost.</summary>
    private static SearchInfo Search(RunFigures run, SearchOutcome search)
    {
        var entries = search.Ledger.Concat(run.Choice.Settled is { } settled ? [settled.Ledger] : []).ToArray();
        var passes = entries.Sum(e => e.ImagePasses);
        var final = run.Template with { Recipe = run.Choice.Recipe, EvaluateTest = true };
        return new SearchInfo
        {
            PoliciesTested = search.Tested.Select(t => string.Join(' ', Values(t.Policy).Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Key}={v.Value:R}")))).Distinct().Count(),
            Groups =
            [
                .. search.Groups.Select(g => new SearchGroupInfo(g.Name, g.Accepted, g.Level)
                {
                    Reason = g.Reason,
                    LossDelta = g.LossDelta,
                    StandardError = g.StandardError,
                }),
            ],
            Doses = [.. search.Doses.Select(d => Dose(d, d.Technique == Technique.Synthetic ? run.Sizes.Synthetic : run.Sizes.Unlabeled))],
            ImagePasses = passes,
            Seconds = entries.Sum(e => e.Seconds),
            Ratio = passes / (double)TrialCost.FinalStage(final, run.Sizes, run.Spec.Training.Seeds),
            Trainings = passes / (double)TrialCost.ImagePasses(final, run.Sizes),
            CutShort = search.CutShort,
        };
    }

    private static DoseInfo Dose(DoseResponse dose, int available) => new(TechniqueAxis.Of(dose.Technique).Name, dose.Ratio, dose.Accepted, dose.Reason)
    {
        Seeds = dose.Seeds,
        EpochShare = dose.EpochShare,
        Points =
        [
            .. dose.Points.Select(p => new DosePointInfo(p.Share, (int)Math.Ceiling(p.Share * available), p.ValidationLoss, p.ErrorRate)
            {
                Change = p.Gain is { } gain ? Math.Exp(-gain) - 1 : null,
                StandardError = p.ValidationLoss * p.StandardError,
            }),
        ],
    };

    private static IReadOnlyList<LedgerEntry> Ledger(RunFigures run)
    {
        IEnumerable<LedgerEntry> searched = [.. run.Choice.Settled is { } settled ? [settled.Ledger] : Array.Empty<LedgerEntry>(), .. run.Choice.Search?.Ledger ?? []];
        string[] stages = [PipelineStage.Baseline, PipelineStage.Search];
        return
        [
            .. stages.Select(stage => searched.Where(e => e.Stage == stage).Aggregate(
                new LedgerEntry(stage, 0, 0, 0),
                (a, b) => new LedgerEntry(stage, a.Trials + b.Trials, a.ImagePasses + b.ImagePasses, a.Seconds + b.Seconds))),
            run.Runner.Ledger(PipelineStage.Final),
            run.Runner.Ledger(PipelineStage.Attribution),
        ];
    }

    private static TestedPolicyInfo Final(Policy policy, IReadOnlyList<TrialResult> arm, bool selected) => new()
    {
        Values = Values(policy),
        ValidationLoss = FinalTrials.ValidationLoss(arm),
        ErrorRate = arm.Count == 0 ? double.NaN : arm.Average(r => r.SelectError),
        Selected = selected,
        Stage = PipelineStage.Final,
        Fidelity = 1,
        Seeds = arm.Count,
    };

    private static Dictionary<string, double> Values(Policy policy) =>
        policy.Values.ToDictionary(v => TechniqueAxis.Of(v.Technique).Name, v => v.Value);

    private static double Largest(IReadOnlyList<TestedPolicyInfo> tested, string axis) =>
        tested.Select(t => t.Values.GetValueOrDefault(axis)).DefaultIfEmpty().Max();
}
