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
    internal static RunResult Compose(RunFigures figures, DateTimeOffset finishedAt)
    {
        var (original, masterful, comparison) = Compare(figures);
        return new RunResult
        {
            Run = Run(figures, finishedAt),
            Dataset = Dataset(figures),
            Model = Model(figures),
            Recipe = Recipe(figures),
            Policy = Policy(figures.Choice),
            Original = original,
            Masterful = masterful,
            Comparison = comparison,
            Attribution = figures.Attribution,
            Search = figures.Choice.Search is { } search ? Search(figures, search) : null,
            Ledger = Ledger(figures),
            Gate = Gate.Evaluate(figures.Run.Spec.Gate, original, masterful, comparison, figures.Run.Baseline),
            Notes = [.. figures.Notes.Select(figures.Run.Spec.Environment.Hide)],
        };
    }

    /// <summary>The content of <c>policies.json</c>: what the search tested; without a search, the two arms.</summary>
    internal static PoliciesFile Policies(RunFigures figures)
    {
        IReadOnlyList<TestedPolicyInfo> tested = figures.Choice.Search is { } search
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
            : figures.Choice.Policy.IsNone
                ? [Final(Techniques.Policy.None, figures.Finals.Original, selected: true)]
                : [Final(Techniques.Policy.None, figures.Finals.Original, selected: false), Final(figures.Choice.Policy, figures.Finals.Masterful, selected: true)];
        var axes = figures.Run.Spec.Policy.Techniques.Order()
            .Where(t => (t != Technique.Synthetic || figures.Run.Sizes.Synthetic > 0) && (t != Technique.Unlabeled || figures.Run.Sizes.Unlabeled > 0))
            .Select(TechniqueAxis.Of)
            .Select(a => new PolicyAxis(a.Name, a.KindSymbol, 0, a.Kind == AxisKind.Ratio ? Math.Max(1, Largest(tested, a.Name)) : a.Maximum));
        return new PoliciesFile([.. axes], tested);
    }

    private static (ArmResult Original, ArmResult Masterful, ComparisonResult Comparison) Compare(RunFigures figures)
    {
        var confidence = figures.Run.Spec.Evaluation.Confidence;
        var (finals, classes) = (figures.Finals, figures.Run.Data.Classes);
        if (finals.Original.Count == 0)
        {
            var missing = Comparison.MissingArm(classes);
            return (missing, missing, new ComparisonResult { Confidence = confidence, Outcome = ComparisonOutcome.NoResult });
        }

        var seed = Seeds.Derive(figures.Run.Spec.Training.Seed, "bootstrap");
        var (before, after) = (FinalTrials.ValidationLoss(finals.Original), FinalTrials.ValidationLoss(finals.Masterful));
        return (
            Comparison.Arm(finals.OriginalPredictions, classes, before, confidence, seed) with { ValidationErrorRate = finals.Original.Average(r => r.SelectError) },
            Comparison.Arm(finals.MasterfulPredictions, classes, after, confidence, seed) with { ValidationErrorRate = finals.Masterful.Average(r => r.SelectError) },
            Comparison.Compare(finals.OriginalPredictions, finals.MasterfulPredictions, classes, before, after, confidence, seed, SelectPredictions(finals)));
    }

    /// <summary>Of both arms; null where a result of the journal has none.</summary>
    private static (IReadOnlyList<Predictions>, IReadOnlyList<Predictions>)? SelectPredictions(FinalTrials finals) =>
        finals.Original.Concat(finals.Masterful).All(r => r.Select is { Count: > 0 })
            ? ([.. finals.Original.Select(r => r.Select!)], [.. finals.Masterful.Select(r => r.Select!)])
            : null;

    private static RunInfo Run(RunFigures figures, DateTimeOffset finishedAt) => new()
    {
        Id = figures.Run.Identity.Id,
        EngineVersion = EngineVersion.Current,
        StartedAt = figures.Run.Identity.StartedAt,
        FinishedAt = finishedAt,
        Seed = figures.Run.Spec.Training.Seed,
        Device = figures.Environment.Device,
        Hardware = Hardware.Describe(),
        Versions = figures.Environment.Versions,
        TrialsRun = figures.Run.Runner.TrialsRun,
        TrialsReused = figures.Run.Runner.TrialsReused,
        PeakMemory = Math.Max(figures.Run.Runner.PeakMemory, Runtime.PeakMemory.OfProcess()),
        Commands = figures.Run.Options.Commands.Count > 0 ? figures.Run.Options.Commands : [RunCommandText.Of(figures.Run.Spec.Path, [], null)],
    };

    private static DatasetInfo Dataset(RunFigures figures)
    {
        var environment = figures.Run.Spec.Environment;
        var (spec, data, health) = (figures.Run.Spec.Dataset, figures.Run.Data, figures.Run.Data.Health);
        return new DatasetInfo
        {
            Name = environment.Published("dataset.name", spec.Name),
            // The link may stand under either key.
            Background = spec.Link is { } link ? environment.Published("dataset.link", environment.Published("dataset.background", link)) : null,
            Description = spec.Description is { } description ? environment.Published("dataset.description", description) : null,
            Format = spec.Format.ToString().ToLowerInvariant(),
            Fingerprint = data.Fingerprint,
            Classes = data.Classes,
            Evaluated = figures.Run.Spec.Evaluation.Split,
            Counts = new Dictionary<string, int>
            {
                ["train"] = figures.Run.Sizes.Train,
                ["select"] = figures.Run.Sizes.Select,
                ["test"] = figures.Run.Sizes.Test,
                ["unlabeled"] = figures.Run.Sizes.Unlabeled,
                ["synthetic"] = figures.Run.Sizes.Synthetic,
            },
            ClassCounts = health.ClassCounts,
            Health = new HealthInfo
            {
                Duplicates = health.Duplicates,
                Leaks = health.Leaks,
                Unreadable = health.Unreadable,
                WithoutLabel = health.WithoutLabel,
                UnreadableFiles = [.. health.UnreadableFiles.Select(f => new UnreadableFileInfo { Split = f.Split, File = f.File, Reason = f.Reason })],
                Transparent = health.Transparent,
                Background = health.Background.ToString().ToLowerInvariant(),
                Constant = health.Constant,
                WithoutEnd = health.WithoutEnd,
                ConflictingLabels = health.ConflictingLabels,
                Mean = health.Mean,
                StandardDeviation = health.StandardDeviation,
                Sizes = health.Sizes.ToDictionary(s => s.Size, s => s.Count),
                Warnings = [.. health.Diagnostics.Select(d => environment.Hide(d.Message))],
            },
            SamplesImage = figures.SamplesImage,
            SamplesProblem = figures.SamplesProblem,
        };
    }

    private static ModelInfo Model(RunFigures figures)
    {
        var (spec, shape) = (figures.Run.Spec.Model, figures.Run.Spec.Model.InputShape);
        return new ModelInfo
        {
            Name = figures.Run.Model.DisplayName,
            Parameters = figures.Run.Model.TrainableParameters,
            Fingerprint = figures.Run.Model.Fingerprint,
            InputShape = [shape.Height, shape.Width, shape.Channels],
            Options = spec.Options.ToDictionary(o => o.Key, o => figures.Run.Spec.Environment.Published($"model.options.{o.Key}", ModelBuilder.OptionText(o.Value))),
        };
    }

    private static RecipeInfo Recipe(RunFigures figures)
    {
        var recipe = figures.Choice.Recipe;
        return new RecipeInfo
        {
            Epochs = recipe.Epochs,
            BatchSize = recipe.BatchSize,
            LearningRate = recipe.LearningRate,
            Optimizer = recipe.Optimizer.ToString().ToLowerInvariant(),
            Precision = recipe.Precision.ToString().ToLowerInvariant(),
            Seeds = figures.Run.Spec.Training.Seeds,
            WeightDecay = recipe.WeightDecay,
            LearningRateSearched = figures.Run.Spec.Training.LearningRate is null,
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

    private static SearchInfo Search(RunFigures figures, SearchOutcome search)
    {
        var cost = search.Cost;
        var final = figures.Run.Template with { Recipe = figures.Choice.Recipe, EvaluateTest = true };
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
            Doses = [.. search.Doses.Select(d => Dose(d, d.Technique == Technique.Synthetic ? figures.Run.Sizes.Synthetic : figures.Run.Sizes.Unlabeled))],
            ImagePasses = cost.ImagePasses,
            Seconds = cost.Seconds,
            Ratio = cost.ImagePasses / (double)TrialCost.FinalStage(final, figures.Run.Sizes, figures.Run.Spec.Training.Seeds),
            Trainings = cost.ImagePasses / (double)TrialCost.ImagePasses(final, figures.Run.Sizes),
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

    private static IReadOnlyList<LedgerEntry> Ledger(RunFigures figures)
    {
        var searched = figures.Choice.Search?.Ledger ?? [];
        string[] stages = [PipelineStage.Baseline, PipelineStage.Search];
        return
        [
            .. stages.Select(stage => LedgerEntry.Sum(stage, searched.Where(e => e.Stage == stage))),
            figures.Run.Runner.Ledger(PipelineStage.Final),
            figures.Run.Runner.Ledger(PipelineStage.Attribution),
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
