using System.Globalization;
using Masterful.Core.Data;
using Masterful.Core.Evaluation;
using Masterful.Core.Runtime;
using Masterful.Core.Search;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Core.Pipeline;

/// <summary>
/// Cross-validates and says which labels are likely wrong. A fold is a trial like any other, on splits of its own whose fingerprint
/// is in its key: its predictions on the select split are those on the images that were left out.
/// </summary>
/// <param name="runner">Answers the trials.</param>
/// <param name="folds">The images.</param>
internal sealed class LabelStage(MeteredRunner runner, CrossValidation folds)
{
    private const int NamedCopies = 3;

    /// <param name="template">The run's trial: policy, recipe and seed count.</param>
    /// <param name="data">The run's splits.</param>
    /// <param name="sampleCount">How many images to hand on.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="DiagnosticException">A fold's training failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    internal async Task<LabelAudit> AuditAsync(TrialSpec template, DatasetSplits data, int sampleCount, CancellationToken cancellation)
    {
        var probabilities = await PredictAsync(template, cancellation).ConfigureAwait(false);
        var learning = ConfidentLearning.Of(probabilities);
        var issues = LabelRanking.Of(probabilities, learning, Conflicts(data));
        return new LabelAudit
        {
            Classes = data.Classes,
            ClassCounts = [.. data.Classes.Select((_, c) => probabilities.Labels.Count(l => l == c))],
            Folds = folds.Folds.Count,
            PolicyName = template.Policy.Name,
            Estimate = learning,
            Issues = issues,
            Findings = [.. issues.Select((issue, i) => Finding(issue, i + 1, data))],
            Samples = [.. issues.Take(sampleCount).Select(i => folds.Images.Image(i.Image).ToArray())],
            Shape = folds.Images.Shape,
        };
    }

    private async Task<ClassProbabilities> PredictAsync(TrialSpec template, CancellationToken cancellation)
    {
        TrialSpec[] asked =
        [
            .. folds.Folds.Select((fold, i) => template with
            {
                DataFingerprint = fold.Fingerprint,
                Fold = new DataFold(i, folds.Folds.Count, folds.Seed),
                Seed = Seeds.Derive(template.Seed, $"fold/{i}"),
            }),
        ];
        runner.Begin(PipelineStage.Labels, (asked.Length, asked.Zip(folds.Folds, (t, fold) => TrialCost.ImagePasses(t, SplitSizes.Of(fold))).Sum()));
        var results = await TrialBatch.RunAsync(runner, asked, cancellation).ConfigureAwait(false);
        foreach (var (fold, result) in results.Index())
        {
            if (result.Select is null)
            {
                throw new DiagnosticException(
                    PipelineDiagnostics.FoldFailed, $"The training of fold {fold + 1} of {asked.Length} failed, so nothing is known of its labels: {result.Failure}");
            }
        }

        return ClassProbabilities.OfFolds(folds.Members.Zip(results, (images, result) => ((IReadOnlyList<int>)images, result.Select!)), [.. folds.Images.Labels]);
    }

    /// <summary>What the health check found, as far as it concerns these images.</summary>
    private static IEnumerable<IReadOnlyList<int>> Conflicts(DatasetSplits data) =>
        from copies in data.Health.Conflicts
        let here = copies.Where(c => c.Split is "train" or "select").Select(c => c.Split == "train" ? c.Index : data.Train.Count + c.Index).ToArray()
        where here.Length > 0
        select here;

    private LabelFinding Finding(LabelIssue issue, int rank, DatasetSplits data) => new()
    {
        Rank = rank,
        Split = issue.Image < data.Train.Count ? "train" : "select",
        Image = folds.Images.Describe(issue.Image),
        Given = data.Classes[issue.Given],
        Suggested = data.Classes[issue.Suggested],
        GivenProbability = issue.GivenProbability,
        SuggestedProbability = issue.SuggestedProbability,
        Score = issue.Score,
        Reason = Reason(issue, data.Classes),
    };

    private string Reason(LabelIssue issue, IReadOnlyList<string> classes)
    {
        string[] reasons =
        [
            .. issue.IsConfident
                ? [$"A model of the other folds sees '{classes[issue.Suggested]}'."]
                : Array.Empty<string>(),
            .. issue.Copies.Count > 0
                ? [$"The same image has another label: {string.Join(", ", issue.Copies.Take(NamedCopies).Select(Named))}{More(issue.Copies.Count)}."]
                : Array.Empty<string>(),
        ];
        return string.Join(' ', reasons);

        string Named(int copy) => $"{folds.Images.Describe(copy)} is '{classes[folds.Images.Labels[copy]]}'";
    }

    private static string More(int copies) =>
        copies > NamedCopies ? string.Create(CultureInfo.InvariantCulture, $" and {copies - NamedCopies} more") : "";
}
