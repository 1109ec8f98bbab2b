using Masterful.Core.Trials;
using Xunit;

namespace Masterful.Core.Tests.Trials;

public sealed class JournaledTrialRunnerTests : IDisposable
{
    private static readonly TrialSpec Trial = TrialSpecs.Trial;
    private readonly string _folder = Directory.CreateTempSubdirectory("masterful-runner-").FullName;
    private readonly Journal _journal;
    private readonly FakeRunner _inner;

    public JournaledTrialRunnerTests()
    {
        _journal = Journal.Open(Path.Combine(_folder, "journal.db"), TimeProvider.System);
        _inner = new FakeRunner(_folder);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _journal.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_trial_is_run_once_and_then_found()
    {
        _journal.StartRun("run", "spec");
        var first = new JournaledTrialRunner(_inner, _journal, "run");
        Assert.False((await first.RunAsync(Trial, Stop)).Reused);
        Assert.True((await first.RunAsync(Trial, Stop)).Reused);
        Assert.Equal((1, 0), (first.TrialsRun, first.TrialsReused));

        var second = new JournaledTrialRunner(_inner, _journal);
        Assert.True((await second.RunAsync(Trial, Stop)).Reused);
        Assert.Equal((0, 1), (second.TrialsRun, second.TrialsReused));
        Assert.Single(_inner.Asked);
        Assert.Equal((1, 0), (_journal.Runs()[0].TrialsRun, _journal.Runs()[0].TrialsReused));
    }

    [Fact]
    public async Task Requests_at_the_same_time_share_one_training()
    {
        _inner.Hold = new TaskCompletionSource();
        var runner = new JournaledTrialRunner(_inner, _journal);
        var requests = Enumerable.Range(0, 5).Select(_ => runner.RunAsync(Trial, Stop)).ToList();
        _inner.Hold.SetResult();

        Assert.Single((await Task.WhenAll(requests)).Select(r => r.Key).Distinct());
        Assert.Single(_inner.Asked);
    }

    [Fact]
    public async Task One_who_leaves_does_not_stop_the_training_of_the_others()
    {
        _inner.Hold = new TaskCompletionSource();
        var runner = new JournaledTrialRunner(_inner, _journal);
        using var leave = new CancellationTokenSource();
        var leaving = runner.RunAsync(Trial, leave.Token);
        var staying = runner.RunAsync(Trial, Stop);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        _inner.Hold.SetResult();

        Assert.Equal(TrialStatus.Completed, (await staying).Status);
        Assert.Single(_inner.Asked);
    }

    [Fact]
    public async Task When_all_have_left_the_training_is_cancelled_and_can_be_asked_for_again()
    {
        _inner.Hold = new TaskCompletionSource();
        var runner = new JournaledTrialRunner(_inner, _journal);
        using var leave = new CancellationTokenSource();
        var leaving = runner.RunAsync(Trial, leave.Token);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.Null(_journal.Find(TrialKey.Of(Trial)));

        _inner.Hold = null;
        Assert.Equal(TrialStatus.Completed, (await runner.RunAsync(Trial, Stop)).Status);
    }

    [Fact]
    public async Task A_result_that_lacks_what_is_asked_for_is_trained_again_and_keeps_what_it_had()
    {
        var runner = new JournaledTrialRunner(_inner, _journal);
        Assert.Null((await runner.RunAsync(Trial with { KeepWeights = true }, Stop)).Test);
        var widened = await runner.RunAsync(Trial with { EvaluateTest = true }, Stop);

        Assert.NotNull(widened.Test);
        Assert.NotNull(widened.WeightsPath);
        Assert.Equal(2, _inner.Asked.Count);
        Assert.True((await runner.RunAsync(Trial, Stop)).Reused);
    }

    [Fact]
    public async Task A_divergence_is_remembered_and_a_lack_of_memory_is_tried_again_by_the_next_run()
    {
        _inner.Failure = (Reason: "diverged", IsTransient: false);
        await new JournaledTrialRunner(_inner, _journal).RunAsync(Trial, Stop);
        Assert.True((await new JournaledTrialRunner(_inner, _journal).RunAsync(Trial, Stop)).Reused);

        var other = Trial with { Seed = 1 };
        _inner.Failure = (Reason: "out of memory", IsTransient: true);
        var runner = new JournaledTrialRunner(_inner, _journal);
        await runner.RunAsync(other, Stop);
        Assert.True((await runner.RunAsync(other, Stop)).Reused);
        Assert.False((await new JournaledTrialRunner(_inner, _journal).RunAsync(other, Stop)).Reused);
    }

    [Fact]
    public async Task A_lack_of_memory_is_not_tried_again_by_a_run_that_goes_on_from_a_stopped_one()
    {
        async Task<bool> ReusedAsync(string run)
        {
            _journal.StartRun(run, "masterful.yaml");
            return (await new JournaledTrialRunner(_inner, _journal, run).RunAsync(Trial, Stop)).Reused;
        }

        (_inner.Failure, _inner.RanOutOfMemory) = ((Reason: "out of memory", IsTransient: true), true);
        Assert.False(await ReusedAsync("killed"));
        Assert.True(await ReusedAsync("cancelled"));
        _journal.FinishRun("cancelled", "cancelled", null);
        Assert.True(await ReusedAsync("ended"));
        _journal.FinishRun("ended", "passed", null);
        Assert.False(await ReusedAsync("new"));
        _journal.StartRun("other", "other.yaml");
        Assert.False((await new JournaledTrialRunner(_inner, _journal, "other").RunAsync(Trial, Stop)).Reused);
    }

    [Fact]
    public async Task A_probe_writes_down_the_training_that_it_needs_and_is_made_once()
    {
        var runner = new JournaledTrialRunner(_inner, _journal);
        var probe = new DistanceProbe(Trial, ["hue"], [0, 1]);
        var first = await runner.ProbeAsync(probe, Stop);

        Assert.Equivalent(first, await runner.ProbeAsync(probe, Stop));
        Assert.Equal(1, _inner.Probes);
        Assert.NotNull(_journal.Find(TrialKey.Of(Trial))?.WeightsPath);
    }

    private sealed class FakeRunner(string folder) : ITrialRunner
    {
        public List<TrialSpec> Asked { get; } = [];

        public int Probes { get; private set; }

        public TaskCompletionSource? Hold { get; set; }

        public (string Reason, bool IsTransient)? Failure { get; set; }

        public bool RanOutOfMemory { get; set; }

        public int Parallelism => 1;

        public async Task<TrialResult> RunAsync(TrialSpec trial, CancellationToken cancellation)
        {
            lock (Asked)
            {
                Asked.Add(trial);
            }

            await (Hold?.Task.WaitAsync(cancellation) ?? Task.CompletedTask);
            var weights = Path.Combine(folder, "weights");
            await File.WriteAllTextAsync(weights, "weights", cancellation);
            var result = TrialSpecs.Result(trial) with { WeightsPath = trial.KeepWeights ? weights : null };
            result = trial.EvaluateTest ? result : result with { Test = null };
            return Failure is { } failure
                ? new TrialResult { Key = result.Key, Status = TrialStatus.Failed, Failure = failure.Reason, FailureIsTransient = failure.IsTransient, RanOutOfMemory = RanOutOfMemory }
                : result;
        }

        public Task<DistanceProbeResult> ProbeAsync(DistanceProbe probe, CancellationToken cancellation)
        {
            Probes++;
            return Task.FromResult(new DistanceProbeResult(1, 0.5, [new OperationDistance("hue", [1, 2], [0.5, 0.6])], 10, 1));
        }
    }
}
