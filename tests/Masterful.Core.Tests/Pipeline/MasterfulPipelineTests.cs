using System.Diagnostics;
using Masterful.Core.Pipeline;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Masterful.Results;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Masterful.Core.Tests.Pipeline;

public sealed class MasterfulPipelineTests : SimulatedRunTests
{
    [Fact]
    public async Task A_run_writes_a_result_with_every_figure()
    {
        var outcome = await Run(Spec());

        var result = ResultFiles.Read<RunResult>(Path.Combine(outcome.ReportFolder, "result.json"));
        Assert.Equal("passed", result.Gate.Status);
        Assert.Equal(("fig-green-fox", "search", 3), (result.Policy.Name, result.Policy.Source, result.Policy.Values.Count));
        Assert.Equal(new PolicyAxisValue("rotate", "rotate (m)", "m", 30), result.Policy.Values[1]);
        Assert.Equal((40, 20, 400), (result.Dataset.Counts["train"], result.Dataset.Counts["select"], result.Dataset.Counts["test"]));
        Assert.Equal("samples.png", result.Dataset.SamplesImage);
        Assert.Equal((4, 6, 400), (result.Ledger.Take(2).Sum(e => e.Trials), result.Ledger[2].Trials, result.Search!.ImagePasses));
        Assert.Equal(["baseline", "search", "final", "attribution"], result.Ledger.Select(e => e.Stage));
        Assert.Equal((3, 3), (result.Original.ErrorRatePerSeed.Count, result.Masterful.ErrorRatePerSeed.Count));
        Assert.Equal((100, 4), (result.Masterful.Classes[0].Support, result.Masterful.Classes.Count));
        Assert.InRange(result.Comparison.ErrorRateReduction!.Value, result.Comparison.Low!.Value, result.Comparison.High!.Value);
        Assert.InRange(result.Original.ErrorRate, result.Original.ErrorRateLow, result.Original.ErrorRateHigh);
        Assert.Equal(4, result.Comparison.Classes.Count);
        Assert.Equal(16, result.Run.TrialsRun);
        Assert.NotEmpty(result.Run.Commands);
        Assert.True(result.Run.PeakMemory > 0 && result.Search.Ratio > 0 && result.Search.Trainings > result.Search.Ratio);
    }

    [Fact]
    public async Task A_run_writes_every_file_of_the_report_but_the_pages()
    {
        var outcome = await Run(Spec());

        Assert.Equal(
            ["classes.csv", "confusion.csv", "misclassified.json", "misclassified.png", "policies.json", "result.json", "samples.png"],
            Directory.EnumerateFiles(outcome.ReportFolder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var policies = ResultFiles.Read<PoliciesFile>(Path.Combine(outcome.ReportFolder, "policies.json"));
        Assert.Equal((2, 30.0), (policies.Policies.Count, policies.Policies.Single(p => p.Selected).Values["rotate"]));
        Assert.DoesNotContain(policies.Axes, a => a.Name is "synthetic" or "unlabeled");
    }

    [Fact]
    public async Task The_misclassified_images_are_those_of_the_confusion_and_every_run_keeps_its_own()
    {
        var outcome = await Run(Spec());

        var (result, file) = (outcome.Result, ResultFiles.Read<MisclassifiedFile>(Path.Combine(outcome.ReportFolder, MisclassifiedFile.Name)));
        Assert.Equal(("test", 400, 3, 3), (file.Split, file.Images, file.Original.Count, file.Masterful.Count));
        foreach (var (arm, taken) in new[] { (result.Original, file.Original), (result.Masterful, file.Masterful) })
        {
            var wrong = taken.Sum(seed => seed.Zip(file.Label).Count(image => image.First != image.Second));
            Assert.Equal(arm.Confusion.Index().Sum(row => row.Item.Index().Where(cell => cell.Index != row.Index).Sum(cell => cell.Item)), wrong);
        }

        Assert.Equal(file.Index.Order().Distinct(), file.Index);
        Assert.All(file.Sheet!.Entries, entry => Assert.InRange(entry, 0, file.Index.Count - 1));
        var kept = Path.Combine(Spec().Runtime.Cache, RunFolder.ArchiveName, result.Run.Id);
        Assert.Equal(result.Run.Id, ResultFiles.Read<RunResult>(Path.Combine(kept, ResultFiles.ResultName)).Run.Id);
        Assert.Equal(file.Index, ResultFiles.Read<MisclassifiedFile>(Path.Combine(kept, MisclassifiedFile.Name)).Index);
    }

    [Fact]
    public async Task The_attribution_sums_exactly_from_original_to_masterful()
    {
        var result = (await Run(Spec())).Result;

        Assert.Equal(["horizontal_mirror", "rotate", "mixup"], result.Attribution.Select(a => a.Technique));
        Assert.Equal(result.Masterful.ValidationLoss, result.Original.ValidationLoss + result.Attribution.Sum(a => a.ValidationLossDelta), 1e-12);
    }

    [Fact]
    public async Task The_attribution_of_the_error_sums_exactly_too()
    {
        var result = (await Run(Spec())).Result;

        Assert.Equal(result.Masterful.ValidationErrorRate!.Value, result.Original.ValidationErrorRate!.Value + result.Attribution.Sum(a => a.ErrorRateDelta!.Value), 1e-12);
        Assert.All(result.Attribution, a => Assert.True(a is { StandardError: > 0, ErrorRateStandardError: > 0, LeaveOneOutDelta: null }));
    }

    [Fact]
    public async Task What_the_search_left_of_its_budget_pays_for_leaving_each_group_out()
    {
        var spec = Spec();
        var result = (await Run(spec with { Policy = new PolicySpec { Budget = new BudgetSpec(Ratio: 1.5) } })).Result;

        Assert.All(result.Attribution, a => Assert.True(a is { LeaveOneOutDelta: > 0, LeaveOneOutStandardError: > 0, LeaveOneOutErrorRateDelta: not null }));
        Assert.Equal(12, result.Ledger.Single(e => e.Stage == "attribution").Trials);
        using var other = new TemporaryFolder();
        var capped = (await Run(Spec(other) with { Policy = new PolicySpec { Budget = new BudgetSpec(Ratio: 1.5, Trials: 9) } }, new SimulatedEnvironment())).Result;
        Assert.All(capped.Attribution, a => Assert.Null(a.LeaveOneOutDelta));
    }

    /// <summary>The real search over simulated trainings, with a recipe to settle: one definition of what it cost, and the cap holds for it.</summary>
    [Theory]
    [InlineData(0.3, 1)]
    [InlineData(0.8, 1)]
    [InlineData(1.5, 1)]
    [InlineData(1.5, 3)]
    [InlineData(5, 2)]
    public async Task What_the_report_says_that_finding_the_policy_cost_is_under_the_cap_the_recipes_search_included(double ratio, int seeds)
    {
        var spec = Spec() with
        {
            Training = new TrainingSpec { Epochs = 20, BatchSize = null, LearningRate = null, Seeds = seeds },
            Policy = new PolicySpec { Budget = new BudgetSpec(Ratio: ratio), Techniques = [Technique.HorizontalMirror, Technique.Erase, Technique.Mixup] },
        };
        var environment = new SimulatedEnvironment { TrainImages = 600 };
        var pipeline = new MasterfulPipeline(environment, TimeProvider.System, NullLogger.Instance);

        var result = (await pipeline.RunAsync(spec, new PipelineOptions(), null, TestContext.Current.CancellationToken)).Result;

        var final = TrialCost.FinalStage(environment.Trained[0] with { Fidelity = Fidelity.Full }, new SplitSizes(600, 20, 400), seeds);
        var searched = environment.Trained.Where(t => !t.EvaluateTest && !t.KeepWeights && t.Seed == Seeds.Derive(0, "recipe")).Sum(t => TrialCost.ImagePasses(t, new SplitSizes(600, 20, 400)));
        Assert.True(searched > 0);
        Assert.InRange(result.Search!.Ratio, searched / (double)final, ratio);
        Assert.Equal(result.Search.ImagePasses, result.Ledger.Take(2).Sum(e => e.ImagePasses));
        Assert.Equal(result.Search.Ratio, result.Ledger.Take(2).Sum(e => e.ImagePasses) / (double)final, 1e-12);
        var again = (await pipeline.RunAsync(spec, new PipelineOptions(), null, TestContext.Current.CancellationToken)).Result;
        Assert.Equal(result.Search.Ratio, again.Search!.Ratio);
    }

    [Fact]
    public async Task A_result_without_an_error_says_which_of_the_cases_it_is()
    {
        var spec = Spec() with { Gate = new GateSpec { ErrorRateReduction = 0.1, MaxErrorRate = 0.01, MaxClassRecallDrop = 0.01 } };

        var none = (await Run(spec, new SimulatedEnvironment { TestErrors = _ => 0 })).Result;
        using var other = new TemporaryFolder();
        var some = (await Run(Spec(other) with { Gate = spec.Gate }, new SimulatedEnvironment { TestErrors = policy => policy.IsNone ? 0 : 0.1 })).Result;

        Assert.Equal((ComparisonOutcome.NoErrors, "inconclusive"), (none.Comparison.Outcome, none.Gate.Status));
        Assert.Equal(["inconclusive", "passed", "passed"], none.Gate.Rules.Select(r => r.Status));
        Assert.Equal((ComparisonOutcome.ErrorsFromNone, "failed"), (some.Comparison.Outcome, some.Gate.Status));
        Assert.Equal(ComparisonOutcome.ErrorsFromNone, some.Gate.Rules[0].Reason);
    }

    [Fact]
    public async Task The_model_handed_on_is_the_masterful_one_with_the_lowest_select_loss()
    {
        await Run(Spec());

        var masterful = Simulated.Trained.Where(t => t.KeepWeights && !t.Policy.IsNone).ToArray();
        Assert.Equal(3, masterful.Length);
        Assert.All(masterful, t => Assert.Equal(3, t.Policy.Values.Count));
        Assert.Contains(Assert.Single(Simulated.Saved).Weights, masterful.Select(t => $"/weights/3/{t.Seed}"));
    }

    [Fact]
    public async Task Final_seeds_are_fresh_and_paired()
    {
        await Run(Spec());

        var finals = Simulated.Trained.Where(t => t.EvaluateTest).ToArray();
        Assert.Equal(finals.Where(t => t.Policy.IsNone).Select(t => t.Seed), finals.Where(t => !t.Policy.IsNone).Select(t => t.Seed));
        Assert.DoesNotContain(finals, t => t.Seed < 2);
    }

    [Fact]
    public async Task Progress_goes_through_the_stages_to_their_planned_ends()
    {
        await Run(Spec());

        Assert.Equal(["data", "model", "search", "final", "attribution", "report"], Progress.Select(p => p.Stage).Distinct());
        var last = Progress.Last(p => p.Stage == "final");
        Assert.Equal((6, 6, last.ImagePassesPlanned), (last.TrialsDone, last.TrialsPlanned, last.ImagePasses));
        Assert.Equal(0, last.SecondsLeft!.Value, 1e-9);
        Assert.Equal((6, 6), (Progress.Last(p => p.Stage == "attribution").TrialsDone, Progress.Last(p => p.Stage == "attribution").TrialsPlanned));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(12)]
    public async Task A_cancelled_run_goes_on_and_gives_the_result_of_an_undisturbed_one(int after)
    {
        using var undisturbed = new TemporaryFolder();
        var expected = (await Run(Spec(undisturbed), new SimulatedEnvironment())).Result;
        using var stop = new CancellationTokenSource();
        Simulated.Before = _ =>
        {
            if (Simulated.Trained.Count == after)
            {
                stop.Cancel();
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(Spec(), stop: stop));
        Simulated.Before = _ => { };
        var result = (await Run(Spec())).Result;

        Assert.Equal(["cancelled", "passed"], Simulated.Finished);
        Assert.Equal(expected.Policy.Values, result.Policy.Values);
        Assert.Equal(expected.Original.ErrorRate, result.Original.ErrorRate);
        Assert.Equal(expected.Masterful.ErrorRate, result.Masterful.ErrorRate);
        Assert.Equal(expected.Attribution, result.Attribution);
        Assert.InRange(result.Run.TrialsRun, 1, 16 - after);
    }

    [Fact]
    public async Task Cancelled_before_its_first_figure_is_written_a_run_leaves_the_reportFolder_as_it_was()
    {
        using var stop = new CancellationTokenSource();
        Told = stage =>
        {
            if (stage.Stage == PipelineStage.Report)
            {
                stop.Cancel();
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(Spec(), stop: stop));

        Assert.Empty(Directory.EnumerateFileSystemEntries(Folder["report"]));
        Assert.Empty(Simulated.Saved);
        Assert.Equal(["cancelled"], Simulated.Finished);
        Told = _ => { };
        Assert.Equal(0, (await Run(Spec())).Result.Run.TrialsRun);
    }

    [Fact]
    public async Task A_policy_of_nothing_is_the_original_model_and_no_reduction()
    {
        var result = (await Run(Spec(), found: Policy.None)).Result;

        Assert.Equal(("none", "none"), (result.Policy.Name, result.Policy.Source));
        Assert.Equal((0, 0, 0), (result.Comparison.ErrorRateReduction, result.Comparison.Low, result.Comparison.High));
        Assert.Equal(3, Simulated.Trained.Count(t => t.EvaluateTest));
        Assert.Empty(result.Attribution);
        Assert.Contains(result.Notes, n => n.Contains("The policy is none", StringComparison.Ordinal));
        Assert.Equal("failed", result.Gate.Status);
        Assert.Single(Simulated.Saved);
    }

    [Fact]
    public async Task A_failed_final_training_takes_its_pair_out_and_isTold()
    {
        var failed = 0;
        Simulated.Fails = t => t.EvaluateTest && !t.Policy.IsNone && failed++ == 0 ? "the loss became NaN in epoch 3" : null;
        var result = (await Run(Spec())).Result;

        Assert.Equal((2, 2), (result.Original.ErrorRatePerSeed.Count, result.Masterful.ErrorRatePerSeed.Count));
        Assert.Contains(result.Notes, n => n.Contains("masterful model's final training 1 of 3 failed (the loss became NaN in epoch 3)", StringComparison.Ordinal));
        Assert.Equal(result.Masterful.ValidationLoss, result.Original.ValidationLoss + result.Attribution.Sum(a => a.ValidationLossDelta), 1e-12);
    }

    [Fact]
    public async Task Without_any_pair_the_gate_fails_and_the_report_is_written()
    {
        Simulated.Fails = t => t.EvaluateTest && !t.Policy.IsNone ? "no memory was left" : null;
        var outcome = await Run(Spec());

        var result = ResultFiles.Read<RunResult>(Path.Combine(outcome.ReportFolder, "result.json"));
        Assert.Equal("failed", result.Gate.Status);
        Assert.All(result.Gate.Rules, r => Assert.Null(r.Actual));
        Assert.True(double.IsNaN(result.Masterful.ErrorRate));
        Assert.Equal(3, result.Notes.Count);
        Assert.Empty(Simulated.Saved);
    }

    [Fact]
    public async Task The_gate_compares_with_the_baseline()
    {
        var first = await Run(Spec());
        var gated = Spec() with { Gate = new GateSpec { MaxErrorRateIncrease = 0.001 } };
        var options = new PipelineOptions { BaselinePath = Path.Combine(first.ReportFolder, "result.json"), RunId = "second" };
        var second = (await Run(gated, options: options)).Result;

        Assert.Equal(("second", "passed", 0.0), (second.Run.Id, second.Gate.Status, second.Gate.Rules[0].Actual));
        Assert.Equal("not-evaluated", (await Run(gated)).Result.Gate.Status);
    }

    [Fact]
    public async Task A_baseline_that_is_none_isTold_before_anything_is_trained()
    {
        await File.WriteAllTextAsync(Folder["old.json"], "{}", TestContext.Current.CancellationToken);

        foreach (var path in new[] { Folder["old.json"], Folder["missing.json"] })
        {
            Assert.Equal(PipelineDiagnostics.BaselineNotReadable, (await Fails(Spec(), options: new PipelineOptions { BaselinePath = path })).Code);
        }

        Assert.Empty(Simulated.Trained);
    }

    [Fact]
    public async Task A_reportFolder_that_can_not_be_isTold_before_anything_is_trained()
    {
        await File.WriteAllTextAsync(Folder["report"], "a file", TestContext.Current.CancellationToken);

        Assert.Equal("MST0305", (await Fails(Spec())).Code.Id);
        Assert.Empty(Simulated.Trained);
    }

    [Fact]
    public async Task A_second_run_in_one_cacheFolder_is_refused_andTold_who_holds_it()
    {
        Diagnostic? second = null;
        Simulated.Before = _ => second ??= Fails(Spec(), new SimulatedEnvironment()).GetAwaiter().GetResult();
        await Run(Spec());

        Assert.Equal(PipelineDiagnostics.CacheInUse, second!.Code);
        Assert.Contains($"process {Environment.ProcessId}", second.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stages_are_spans_below_the_runs_and_a_run_that_fails_is_a_failed_span()
    {
        using var recorder = new SpanRecorder();

        await Run(Spec());
        var ours = recorder.Spans;

        Assert.Equal(["baseline", "search", "final", "attribution", "report", "run"], ours.Select(s => s.OperationName));
        Assert.All(ours.SkipLast(1), s => Assert.Equal(ours[^1].SpanId, s.ParentSpanId));
        Assert.Equal(ActivityStatusCode.Unset, ours[^1].Status);
        using var other = new TemporaryFolder();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Run(Spec(other), new SimulatedEnvironment { Before = _ => throw new InvalidOperationException("/home/secret") }));
        var failed = recorder.Spans.Last(s => s.OperationName == "run");
        Assert.Equal((ActivityStatusCode.Error, "InvalidOperationException"), (failed.Status, failed.StatusDescription));
    }

    [Fact]
    public async Task A_run_that_stops_with_an_error_is_noted_as_one()
    {
        Simulated.Before = t => throw new InvalidOperationException("out of luck");

        await Assert.ThrowsAsync<InvalidOperationException>(() => Run(Spec()));
        Assert.Equal(["error"], Simulated.Finished);
    }

    [Fact]
    public async Task Select_can_be_the_evaluation_split()
    {
        var result = (await Run(Spec() with { Evaluation = new EvaluationSpec { Split = "select" } })).Result;

        Assert.Equal(500, result.Original.Classes[0].Support);
        Assert.DoesNotContain(Simulated.Trained, t => t.EvaluateTest);
    }
}
