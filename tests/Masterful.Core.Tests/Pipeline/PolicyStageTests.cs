using Masterful.Core.Pipeline;
using Masterful.Core.Spec;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Masterful.Core.Tests.Pipeline;

public sealed class PolicyStageTests : SimulatedRunTests
{
    [Fact]
    public async Task A_second_run_takes_the_locked_policy_and_trains_nothing()
    {
        var first = (await Run(Spec())).Result;
        var second = (await Run(Spec())).Result;

        Assert.Equal((0, 12), (second.Run.TrialsRun, second.Run.TrialsReused));
        Assert.Equal("lock", second.Policy.Source);
        Assert.Equal(first.Search!.Groups, second.Search!.Groups);
        Assert.Equal((first.Search.Ratio, first.Search.PoliciesTested), (second.Search.Ratio, second.Search.PoliciesTested));
        Assert.Equal(first.Policy.Values, second.Policy.Values);
        Assert.Equal(first.Masterful.ErrorRatePerSeed, second.Masterful.ErrorRatePerSeed);
        Assert.Equal((first.Comparison.Low, first.Comparison.High), (second.Comparison.Low, second.Comparison.High));
    }

    [Fact]
    public async Task A_locked_policy_on_another_machine_trains_the_finals_without_a_search()
    {
        await Run(Spec());
        var elsewhere = new SimulatedEnvironment();
        var result = (await Run(Spec() with { Policy = Spec().Policy with { Mode = PolicyMode.Locked } }, elsewhere)).Result;

        Assert.Equal(12, result.Run.TrialsRun);
        Assert.All(elsewhere.Trained.Where(t => !t.Policy.IsNone), t => Assert.Equal([0.1, 0.2, 0.4, 0.7, 1.0], t.Policy.Calibration.Strengths["hue"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_one_arm_runs_out_of_memory_both_are_trained_in_batches_of_half_the_size(bool atTheEnd)
    {
        Simulated.RunsOutOfMemory = t => t.Recipe.BatchSize == 8 && !t.Policy.IsNone && t.EvaluateTest == atTheEnd;
        var result = (await Run(Spec())).Result;

        Assert.Equal((4, 0.1 * Math.Sqrt(0.5)), (result.Recipe.BatchSize, result.Recipe.LearningRate));
        var counted = Simulated.Trained.Where(t => t.EvaluateTest && t.Recipe.BatchSize == 4).ToArray();
        Assert.Equal((3, 3), (counted.Count(t => t.Policy.IsNone), counted.Count(t => !t.Policy.IsNone)));
        Assert.Equal((3, 3), (result.Original.ErrorRatePerSeed.Count, result.Masterful.ErrorRatePerSeed.Count));
        Assert.Equal(result.Masterful.ValidationLoss, result.Original.ValidationLoss + result.Attribution.Sum(a => a.ValidationLossDelta), 1e-12);
        Assert.Contains(result.Notes, n => n.Contains("Batches of 8 images ran out of memory", StringComparison.Ordinal));
        Assert.Equal(4, PolicyLockFile.Read(Folder["masterful.lock.yaml"])!.BatchSize);
        Assert.Equal(atTheEnd ? 4 : 7, result.Ledger.Take(2).Sum(e => e.Trials));
        Assert.Equal(0, (await Run(Spec())).Result.Run.TrialsRun);
    }

    [Fact]
    public async Task A_batch_is_halved_once_and_then_a_lack_of_memory_is_a_failed_trial()
    {
        Simulated.RunsOutOfMemory = t => !t.Policy.IsNone && t.EvaluateTest;
        var result = (await Run(Spec())).Result;

        Assert.Equal([8, 4], Simulated.Trained.Where(t => t.EvaluateTest).Select(t => t.Recipe.BatchSize).Distinct());
        Assert.Equal("failed", result.Gate.Status);
    }

    [Fact]
    public async Task A_budget_too_small_for_a_search_still_trains_and_reports_with_no_policy()
    {
        var spec = Spec() with { Policy = new PolicySpec { Budget = new BudgetSpec(Ratio: 0.01) } };
        var outcome = await new MasterfulPipeline(Simulated, TimeProvider.System, NullLogger.Instance)
            .RunAsync(spec, new PipelineOptions(), null, TestContext.Current.CancellationToken);

        Assert.Equal(("none", 3), (outcome.Result.Policy.Source, Simulated.Trained.Count));
        Assert.Contains(outcome.Result.Notes, n => n.Contains("too small for any search", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(outcome.ReportFolder, "result.json")));
    }

    [Fact]
    public async Task An_original_that_can_t_be_trained_isTold_before_the_other_arm_is_trained()
    {
        Simulated.Fails = t => t.EvaluateTest && t.Policy.IsNone ? "its forward pass threw" : null;

        var told = await Fails(Spec());

        Assert.Equal("MST0404", told.Code.Id);
        Assert.EndsWith("its forward pass threw", told.Message);
        Assert.DoesNotContain(Simulated.Trained, t => t.EvaluateTest && !t.Policy.IsNone);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Folder["report"]));
    }

    [Fact]
    public async Task A_lock_that_no_longer_fits_is_searched_again_and_the_reasonTold()
    {
        await Run(Spec());
        var changed = new SimulatedEnvironment { ModelFingerprint = "model-2" };
        var result = (await Run(Spec(), changed)).Result;

        Assert.Equal("search", result.Policy.Source);
        Assert.Contains("The locked policy 'fig-green-fox' was not used: the model changed.", result.Notes);
        Assert.Equal("model-2", PolicyLockFile.Read(Folder["masterful.lock.yaml"])!.Fingerprint.Model);
    }

    [Fact]
    public async Task New_images_keep_the_lock_with_a_note()
    {
        await Run(Spec());
        var result = (await Run(Spec(), new SimulatedEnvironment { DataFingerprint = "data-2", TrainImages = 48 })).Result;

        Assert.Equal("lock", result.Policy.Source);
        Assert.Contains(result.Notes, n => n.Contains("The data changed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Mode_locked_needs_a_lock_that_fits()
    {
        var locked = Spec() with { Policy = new PolicySpec { Mode = PolicyMode.Locked } };
        Assert.Equal(PipelineDiagnostics.LockMissing, (await Fails(locked)).Code);

        await Run(Spec());
        var fitsNot = await Fails(locked, new SimulatedEnvironment { TrainImages = 100 });

        Assert.Equal(PipelineDiagnostics.LockDiffers, fitsNot.Code);
        Assert.Contains("from 40 to 100 images", fitsNot.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mode_search_does_not_look_at_the_lock()
    {
        await File.WriteAllTextAsync(Folder["masterful.lock.yaml"], "not a lock", TestContext.Current.CancellationToken);
        var result = (await Run(Spec() with { Policy = new PolicySpec { Mode = PolicyMode.Search } })).Result;

        Assert.Equal("search", result.Policy.Source);
        Assert.NotNull(PolicyLockFile.Read(Folder["masterful.lock.yaml"]));
    }

    [Fact]
    public async Task A_search_alone_confirms_and_locks_the_policy_and_writes_no_report()
    {
        var policy = (await Pipeline(Simulated, SimulatedSearch.Found).SearchAsync(Spec(), null, TestContext.Current.CancellationToken)).Policy;

        Assert.Equal(("fig-green-fox", "search"), (policy.Name, policy.Source));
        Assert.Equal(policy.Name, PolicyLockFile.Read(Folder["masterful.lock.yaml"])!.Policy.Name);
        Assert.Equal(6, Simulated.Trained.Count(t => t.EvaluateTest));
        Assert.False(Directory.Exists(Folder["report"]));
        Assert.Equal(["searched"], Simulated.Finished);
    }
}
