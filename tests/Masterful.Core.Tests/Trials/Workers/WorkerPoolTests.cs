using System.Globalization;
using Masterful.Core.Data;
using Masterful.Core.Models;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Trials;
using Masterful.Core.Trials.Workers;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using Xunit;

namespace Masterful.Core.Tests.Trials.Workers;

public sealed class WorkerPoolTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trial_in_a_worker_is_the_trial_in_this_process_with_as_many_threads_whatever_the_number_of_workers()
    {
        using var folder = new WorkerFolder();
        TrialSpec[] trials =
        [
            folder.Trial with { KeepWeights = true },
            folder.Trial with { Policy = Policy.None, EvaluateTest = true },
            folder.Trial with { Seed = 8 },
            folder.Trial with { Policy = Policy.None.With(Technique.RandAugment, 30) },
            folder.Trial with { Fold = new DataFold(1, 3, 5), DataFingerprint = CrossValidation.Of(folder.Data, 3, 5).Folds[1].Fingerprint },
        ];

        var here = await HereAsync(folder, trials);
        var one = await RunAsync(folder, 1, trials);
        var two = await RunAsync(folder, 2, [.. trials.Reverse()]);

        foreach (var (i, expected) in here.Index())
        {
            foreach (var actual in new[] { one[i], two[^(i + 1)] })
            {
                Assert.Equal((TrialStatus.Completed, null, expected.Key), (actual.Status, actual.Failure, actual.Key));
                Assert.Equal(expected.Select!.Logits, actual.Select!.Logits);
                Assert.Equal(expected.Select.Labels, actual.Select.Labels);
                Assert.Equal(expected.Test?.Logits, actual.Test?.Logits);
                Assert.Equal(expected.EpochLosses, actual.EpochLosses);
                Assert.Equal(
                    (expected.SelectLoss, expected.SelectError, expected.RawSelectLoss, expected.ImagePasses),
                    (actual.SelectLoss, actual.SelectError, actual.RawSelectLoss, actual.ImagePasses));
                Assert.Equal(expected.WeightsPath, actual.WeightsPath);
            }
        }
    }

    [Fact]
    public async Task A_probe_is_shared_out_and_a_student_finds_its_teacher_that_another_worker_trained()
    {
        using var folder = new WorkerFolder();
        var probe = new DistanceProbe(folder.Trial, ["translate_x", "brightness_down", "shear_x"], [0, 0.1, 1], MaximumImages: 20);
        var student = folder.Trial with { Policy = Policy.None.With(Technique.Unlabeled, 0.5), Recipe = folder.Trial.Recipe with { Epochs = 40 } };

        DistanceProbeResult there;
        TrialResult taught;
        using (var pool = folder.Pool(2))
        {
            await pool.RunAsync(folder.Trial with { KeepWeights = true }, Stop);
            there = await pool.ProbeAsync(probe, Stop);
            Assert.Equal(2, pool.ProcessIds.Count);
            WorkerFolder.Signal("KILL", pool.ProcessIds[0]);
            await pool.RunAsync(student.Teacher!, Stop);
            WorkerFolder.Signal("KILL", pool.ProcessIds[0]);
            taught = await pool.RunAsync(student, Stop);
        }

        torch.set_num_threads(1);
        using var runner = Here(folder);
        var here = await runner.ProbeAsync(probe, Stop);
        Assert.Equivalent(here.Operations, there.Operations, strict: true);
        Assert.Equal((here.CleanLoss, here.CleanError, here.ImagePasses), (there.CleanLoss, there.CleanError, there.ImagePasses));
        Assert.Equal((await runner.RunAsync(student, Stop)).Select?.Logits, taught.Select?.Logits);
        Assert.Equal((TrialStatus.Completed, null), (taught.Status, taught.Failure));
    }

    [Fact]
    [Trait("Category", "Memory")]
    public async Task Two_hundred_trials_leave_a_worker_as_large_as_twenty()
    {
        using var folder = new WorkerFolder();
        using var pool = folder.Pool(1);
        Policy[] policies = [folder.Trial.Policy, Policy.None, Policy.None.With(Technique.RandAugment, 30), Policy.None.With(Technique.Rotate, 30).With(Technique.Erase, 50)];
        var sizes = new List<long>();
        for (var i = 0; i < 200; i++)
        {
            var result = await pool.RunAsync(folder.Trial with { Seed = i, Policy = policies[i % policies.Length] }, Stop);
            Assert.Equal(TrialStatus.Completed, result.Status);
            if ((i + 1) % 20 == 0)
            {
                sizes.Add(ResidentBytes(pool.ProcessIds.Single()));
            }
        }

        var told = $"MB after each twenty trials: {string.Join(", ", sizes.Select(s => $"{s / 1e6:0.0}"))}.";
        TestContext.Current.TestOutputHelper?.WriteLine(told);
        Assert.True(sizes[^1] <= 1.02 * sizes[0], told);
    }

    [Fact]
    public async Task A_worker_that_is_killed_costs_its_trial_one_more_attempt_that_goes_on_from_the_checkpoint()
    {
        using var folder = new WorkerFolder();
        var told = new Listener();
        using var pool = folder.Pool(1, progress: told);
        var running = pool.RunAsync(folder.LongTrial, Stop);
        // Checkpoints are five seconds apart; each is written beside its place first.
        await Until(() => File.Exists(Path.Combine(folder.Cache, "checkpoints", TrialKey.Of(folder.LongTrial))), running);
        var first = pool.ProcessIds.Single();
        WorkerFolder.Signal("KILL", first);

        await Until(() => pool.ProcessIds is [var id] && id != first, running);
        told.Forget();
        await Until(() => told.Epochs > 0, running);
        Assert.True(told.First > 1, "it began anew");
        Assert.Contains(folder.Log, l => l.Contains("tried once more, on a fresh worker: A worker process was lost: it was killed (signal 9", StringComparison.Ordinal));

        WorkerFolder.Signal("KILL", pool.ProcessIds.Single());
        var result = await running;
        Assert.Equal((TrialStatus.Failed, true, false), (result.Status, result.FailureIsTransient, result.RanOutOfMemory));
        Assert.StartsWith("Two worker processes were lost over it; the second was killed (signal 9", result.Failure);
        Assert.Equal(TrialStatus.Completed, (await pool.RunAsync(folder.Trial, Stop)).Status);
    }

    [Theory]
    [InlineData("die")]
    [InlineData("memory")]
    [InlineData("hang")]
    public async Task Trouble_that_does_not_come_again_leaves_no_trace_in_the_result(string trouble)
    {
        var marker = Path.Combine(Path.GetTempPath(), $"masterful-marker-{Guid.NewGuid():N}");
        using var folder = new WorkerFolder($"trouble: {trouble}, marker: {marker}");
        using var pool = folder.Pool(1, new WorkerLimits { Silence = TimeSpan.FromSeconds(10) });
        try
        {
            var troubled = await pool.RunAsync(folder.Trial, Stop);
            var undisturbed = await pool.RunAsync(folder.Trial, Stop);

            Assert.Equal((TrialStatus.Completed, null), (troubled.Status, troubled.Failure));
            Assert.Equal(undisturbed.Select!.Logits, troubled.Select!.Logits);
            Assert.Single(folder.Log, l => l.Contains("is tried once more", StringComparison.Ordinal));
            Assert.Contains("Information: Content-Length: 3", folder.Log);
        }
        finally
        {
            File.Delete(marker);
        }
    }

    [Fact]
    public async Task A_trial_that_hangs_twice_has_failed_and_says_so()
    {
        using var folder = new WorkerFolder("trouble: hang");
        using var pool = folder.Pool(1, new WorkerLimits { Silence = TimeSpan.FromSeconds(5) });

        var result = await pool.RunAsync(folder.Trial, Stop);

        Assert.Equal((TrialStatus.Failed, true), (result.Status, result.FailureIsTransient));
        Assert.Equal("Two worker processes were lost over it; the second put no batch through its model for 5 seconds and was ended.", result.Failure);
    }

    [Fact]
    public async Task A_trial_that_runs_out_of_memory_twice_has_and_there_are_fewer_workers_from_then_on()
    {
        using var folder = new WorkerFolder("trouble: memory");
        using var pool = folder.Pool(2);

        var results = await Task.WhenAll(pool.RunAsync(folder.Trial, Stop), pool.RunAsync(folder.Trial with { Seed = 8 }, Stop));

        Assert.All(results, r => Assert.Equal((TrialStatus.Failed, true, true), (r.Status, r.FailureIsTransient, r.RanOutOfMemory)));
        Assert.Contains(folder.Log, l => l.Contains("at most 1 workers", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cancelled_trial_stops_its_worker_s_training_and_not_the_worker()
    {
        using var folder = new WorkerFolder();
        var told = new Listener();
        using var pool = folder.Pool(1, progress: told);
        using var stop = new CancellationTokenSource();
        var running = pool.RunAsync(folder.LongTrial, stop.Token);
        await Until(() => told.Epochs > 0, running);
        var worker = pool.ProcessIds.Single();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(TrialStatus.Completed, (await pool.RunAsync(folder.Trial, Stop)).Status);
        Assert.Equal([worker], pool.ProcessIds);
    }

    [Fact]
    public async Task A_worker_that_does_not_stop_is_ended()
    {
        using var folder = new WorkerFolder("trouble: hang");
        using var pool = folder.Pool(1, new WorkerLimits { Stop = TimeSpan.FromSeconds(1) });
        using var stop = new CancellationTokenSource();
        var running = pool.RunAsync(folder.Trial, stop.Token);
        await Until(() => folder.Log.Count > 2, running);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Empty(pool.ProcessIds);
    }

    [Fact]
    public async Task Other_data_and_a_program_that_does_not_work_end_the_run_with_a_remedy()
    {
        using var folder = new WorkerFolder();
        using (var pool = folder.Pool(1, data: "other"))
        {
            var refused = await Assert.ThrowsAsync<DiagnosticException>(() => pool.RunAsync(folder.Trial, Stop));
            Assert.Equal(TrialDiagnostics.WorkerRefuses, refused.Diagnostics.Single().Code);
            Assert.Contains("the data are others", refused.Message, StringComparison.Ordinal);
        }

        using (var pool = folder.Pool(1, program: "/nowhere/dotnet"))
        {
            var missing = await Assert.ThrowsAsync<DiagnosticException>(() => pool.RunAsync(folder.Trial, Stop));
            Assert.Equal(TrialDiagnostics.WorkerLost, missing.Diagnostics.Single().Code);
        }

        File.AppendAllText(folder.SpecPath, "\nnonsense: 1\n");
        using (var pool = folder.Pool(1))
        {
            var failed = await Assert.ThrowsAsync<DiagnosticException>(() => pool.RunAsync(folder.Trial, Stop));
            Assert.Equal(TrialDiagnostics.WorkerLost, failed.Diagnostics.Single().Code);
            Assert.Contains("exit code 3; it said: ", failed.Message, StringComparison.Ordinal);
            Assert.Contains("nonsense", failed.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task No_more_workers_are_started_than_memory_allows()
    {
        using var folder = new WorkerFolder();
        using var pool = folder.Pool(2, new WorkerLimits { AvailableMemory = () => 100 << 20 });

        // Long enough that a worker tells what it needs, which it does twice a second, before the last one begins.
        var trial = folder.Trial with { Recipe = folder.Trial.Recipe with { Epochs = 150 } };
        var results = await Task.WhenAll(Enumerable.Range(0, 3).Select(seed => pool.RunAsync(trial with { Seed = seed }, Stop)));

        Assert.All(results, r => Assert.Equal(TrialStatus.Completed, r.Status));
        Assert.Single(pool.ProcessIds);
        Assert.Contains(folder.Log, l => l.Contains("Memory allows 1 of 2 workers", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Weights_that_the_cache_can_t_keep_are_there_for_every_worker_until_the_run_ends()
    {
        using var folder = new WorkerFolder();
        // Where a folder of this name should be there is a file: nothing can be written below it, whoever runs the tests.
        File.WriteAllText(Path.Combine(folder.Cache, "weights"), "");
        var pool = folder.Pool(2);
        TrialResult kept;
        using (pool)
        {
            kept = await pool.RunAsync(folder.Trial with { KeepWeights = true }, Stop);
            WorkerFolder.Signal("KILL", pool.ProcessIds.Single());
            var probe = await pool.ProbeAsync(new DistanceProbe(folder.Trial, ["translate_x", "shear_x"], [0, 1], MaximumImages: 20), Stop);
            Assert.Equal(2, probe.Operations.Count);
            using var model = ModelBuilder.Create(folder.Spec.Model, 2);
            model.LoadState(kept.WeightsPath!);
        }

        Assert.False(Directory.Exists(Path.GetDirectoryName(kept.WeightsPath)));
    }

    [Fact]
    public async Task Disposed_it_leaves_no_process_and_no_checkpoint_of_what_was_handed_over()
    {
        using var folder = new WorkerFolder();
        var pool = folder.Pool(2);
        await Task.WhenAll(pool.RunAsync(folder.Trial, Stop), pool.RunAsync(folder.Trial with { Seed = 8 }, Stop));
        var workers = pool.ProcessIds;

        pool.Dispose();

        Assert.Equal(2, workers.Count);
        Assert.All(workers, w => Assert.False(Directory.Exists($"/proc/{w}"), $"process {w} is still there"));
        Assert.False(Directory.Exists(Path.Combine(folder.Cache, "checkpoints")) && Directory.GetFiles(Path.Combine(folder.Cache, "checkpoints")).Length > 0);
    }

    private static LocalTrialRunner Here(WorkerFolder folder) =>
        new(folder.Data, folder.Spec.Model, torch.CPU, folder.Cache, TimeProvider.System, NullLogger.Instance);

    private static async Task<TrialResult[]> HereAsync(WorkerFolder folder, TrialSpec[] trials)
    {
        torch.set_num_threads(1);
        using var runner = Here(folder);
        var results = new List<TrialResult>();
        foreach (var trial in trials)
        {
            results.Add(await runner.RunAsync(trial, Stop));
        }

        return [.. results];
    }

    private static async Task<TrialResult[]> RunAsync(WorkerFolder folder, int workers, TrialSpec[] trials)
    {
        using var pool = folder.Pool(workers);
        return await Task.WhenAll(trials.Select(t => pool.RunAsync(t, Stop)));
    }

    private static async Task Until(Func<bool> condition, Task running)
    {
        while (!condition())
        {
            Assert.False(running.IsCompleted, "it ended too soon");
            await Task.Delay(50, Stop);
        }
    }

    private sealed class Listener : IProgress<TrialProgress>
    {
        private volatile int _epochs;
        private volatile int _first;

        /// <summary>The last epoch that it heard of.</summary>
        public int Epochs => _epochs;

        /// <summary>The first.</summary>
        public int First => _first;

        public void Forget() => (_first, _epochs) = (0, 0);

        public void Report(TrialProgress value)
        {
            _first = _first == 0 ? value.Epoch.Epoch : _first;
            _epochs = value.Epoch.Epoch;
        }
    }

    private static long ResidentBytes(int process) => long.Parse(File.ReadAllText($"/proc/{process}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
}
