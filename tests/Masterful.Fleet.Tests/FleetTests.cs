using System.Diagnostics;
using Masterful.Core.Spec;
using Masterful.Core.Tests;
using Masterful.Core.Trials;
using Xunit;

namespace Masterful.Fleet.Tests;

/// <summary>Coordinators and workers over a real PostgreSQL, with a runner that sleeps in the place of training.</summary>
public sealed class FleetTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Results_come_back_bit_for_bit()
    {
        await using var fleet = new FleetFixture(server);
        await fleet.WorkerAsync(new SleepingRunner(2, TimeSpan.Zero));
        var runner = await fleet.CoordinatorAsync();
        var trial = FleetFixture.Trial(5) with { EvaluateTest = true };

        var result = await runner.RunAsync(trial, Stop);
        var probe = await runner.ProbeAsync(new DistanceProbe(trial, ["rotate", "shear_x"], [0, 0.1, 1 / 3.0]), Stop);

        Assert.Equal(FleetRequests.Write(SleepingRunner.ResultOf(trial)), FleetRequests.Write(result));
        Assert.Equal(BitConverter.SingleToInt32Bits(-0f), BitConverter.SingleToInt32Bits(result.Test!.Logits[1]));
        Assert.Equal(["rotate", "shear_x"], probe.Operations.Select(o => o.Operation));
        Assert.Equal(1 / 3.0 / 3, probe.Operations[0].Losses[2]);
    }

    [Fact]
    public async Task A_workers_span_is_below_that_of_who_asked()
    {
        using var recorder = new SpanRecorder();
        await using var fleet = new FleetFixture(server);
        await fleet.WorkerAsync(new SleepingRunner(1, TimeSpan.Zero));
        var runner = await fleet.CoordinatorAsync();

        await runner.RunAsync(FleetFixture.Trial(5), Stop);
        await fleet.StopWorkersAsync();

        var work = Assert.Single(recorder.Spans);
        Assert.Equal(("work", recorder.Root.SpanId, "trial"), (work.OperationName, work.ParentSpanId, work.GetTagItem("masterful.request.kind")));
    }

    [Fact]
    public async Task A_trial_that_two_coordinators_want_is_trained_once()
    {
        await using var fleet = new FleetFixture(server);
        var (first, second) = (await fleet.CoordinatorAsync(), await fleet.CoordinatorAsync("other"));
        var asked = Enumerable.Range(0, 6).SelectMany(seed => new[] { first, second, first }.Select(r => r.RunAsync(FleetFixture.Trial(seed), Stop))).ToList();
        var worker = new SleepingRunner(3, 0.2 * Second);
        await fleet.WorkerAsync(worker);

        var results = await Task.WhenAll(asked);

        Assert.Equal([0, 1, 2, 3, 4, 5], worker.Begun.Order());
        Assert.All(results, r => Assert.Equal(TrialStatus.Completed, r.Status));
        // Who asks when it is done gets the same answer; nothing is trained for that.
        await (await fleet.CoordinatorAsync("third")).RunAsync(FleetFixture.Trial(3), Stop);
        Assert.Equal(6, worker.Begun.Count);
    }

    [Fact]
    public async Task What_is_delivered_twice_counts_once_and_a_late_result_of_a_lost_worker_not_at_all()
    {
        await using var fleet = new FleetFixture(server, patience: 2);
        var requests = new FleetRequests(await fleet.OpenAsync());
        var trial = FleetFixture.Trial(1);
        var id = await requests.AskAsync("nobody", 0, TrialKey.Of(trial), FleetRequests.Trial, "", "p", FleetRequests.Write(trial), Guid.NewGuid(), Stop);
        var first = (await requests.ClaimAsync(id, Guid.NewGuid(), Stop))!;

        Assert.Null(await requests.ClaimAsync(id, Guid.NewGuid(), Stop));
        Assert.True(await requests.BeatAsync(first, new EpochReport(1, 3, 0.5, 100), Stop));
        Assert.Empty(await requests.RescueAsync([id], Stop));
        await Task.Delay(2.5 * Second, Stop);
        Assert.Equal([id], await requests.RescueAsync([id], Stop));
        var second = (await requests.ClaimAsync(id, Guid.NewGuid(), Stop))!;
        Assert.False(await requests.BeatAsync(first, null, Stop));
        var answer = new FleetAnswer(SleepingRunner.ResultOf(trial), null, null);
        Assert.False(await requests.FinishAsync(first, answer, true, Stop));
        Assert.False(await requests.FinishAsync(second with { Key = "another" }, answer, true, Stop));
        Assert.True(await requests.FinishAsync(second, answer, true, Stop));
        Assert.False(await requests.FinishAsync(second, answer, true, Stop));
        Assert.Null(await requests.ClaimAsync(id, Guid.NewGuid(), Stop));
        Assert.Equal("done", (await requests.LookAsync([id], Stop))[0].State);
    }

    [Fact]
    public async Task A_worker_that_is_lost_costs_its_trial_another_attempt_and_five_of_them_the_trial()
    {
        await using var fleet = new FleetFixture(server, patience: 2);
        var requests = new FleetRequests(await fleet.OpenAsync());
        var runner = await fleet.CoordinatorAsync();
        var asked = runner.RunAsync(FleetFixture.Trial(1), Stop);

        for (var lost = 0; lost < FleetRequests.MostAttempts; lost++)
        {
            FleetClaim? claim = null;
            while (claim is null)
            {
                await Task.Delay(0.1 * Second, Stop);
                var open = fleet.Server.Query(fleet.Connection, "SELECT min(id) FROM masterful.requests WHERE state = 'waiting'");
                claim = open.Length == 0 ? null : await requests.ClaimAsync(long.Parse(open), Guid.NewGuid(), Stop);
            }
        }

        // The first failure is tried once more: here a worker comes that lives.
        var alive = new SleepingRunner(1, TimeSpan.Zero);
        await Task.Delay(2.5 * Second, Stop);
        await fleet.WorkerAsync(alive);
        var result = await asked;
        Assert.Equal(TrialStatus.Completed, result.Status);
        Assert.Single(alive.Begun);
        Assert.Contains("was not heard of for 2 s", fleet.Log.Text, StringComparison.Ordinal);
        Assert.Contains("5 workers of the fleet were lost over it", fleet.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_that_nobody_waits_for_stops_within_seconds()
    {
        await using var fleet = new FleetFixture(server, patience: 60);
        var worker = new SleepingRunner(1, 600 * Second);
        await fleet.WorkerAsync(worker);
        var runner = await fleet.CoordinatorAsync();
        using var cancelled = new CancellationTokenSource();
        var (running, waiting) = (runner.RunAsync(FleetFixture.Trial(1), cancelled.Token), runner.RunAsync(FleetFixture.Trial(2), cancelled.Token));
        await FleetFixture.EventuallyAsync(() => worker.Running == 1);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var watch = Stopwatch.StartNew();
        await FleetFixture.EventuallyAsync(() => worker.Running == 0);
        Assert.True(watch.Elapsed < 10 * Second, $"{watch.Elapsed}");
        await FleetFixture.EventuallyAsync(() => fleet.Server.Query(fleet.Connection, "SELECT count(*) FROM masterful.requests WHERE state = 'cancelled'") == "2");
        Assert.Single(worker.Begun);
    }

    [Fact]
    public async Task A_worker_that_is_told_to_end_hands_its_work_back_and_another_goes_on_from_its_checkpoint()
    {
        await using var fleet = new FleetFixture(server, patience: 60);
        var trial = FleetFixture.Trial(1);
        string Checkpoint(string name) => Path.Combine(fleet.Folder, name, "checkpoints", TrialKey.Of(trial));
        var first = new SleepingRunner(1, 600 * Second)
        {
            OnBegin = _ =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Checkpoint("first"))!);
                File.WriteAllText(Checkpoint("first"), "after epoch 1");
            },
        };
        await fleet.WorkerAsync(first, "first");
        var asked = (await fleet.CoordinatorAsync()).RunAsync(trial, Stop);
        await FleetFixture.EventuallyAsync(() => first.Running == 1);
        var watch = Stopwatch.StartNew();
        await fleet.StopWorkersAsync();
        Assert.True(watch.Elapsed < 15 * Second, $"{watch.Elapsed}");

        var found = "";
        var second = new SleepingRunner(1, TimeSpan.Zero) { OnBegin = _ => found = File.ReadAllText(Checkpoint("second")) };
        await fleet.WorkerAsync(second, "second");

        Assert.Equal(TrialStatus.Completed, (await asked).Status);
        Assert.Equal("after epoch 1", found);
        await FleetFixture.EventuallyAsync(() => fleet.Server.Query(fleet.Connection, "SELECT count(*) FROM masterful.files") == "0");
    }

    [Fact]
    public async Task Weights_reach_the_coordinator_and_the_worker_that_builds_on_them()
    {
        await using var fleet = new FleetFixture(server);
        var kept = FleetFixture.Trial(3) with { KeepWeights = true };
        var student = FleetFixture.Trial(3) with { Policy = FleetFixture.Trial(3).Policy.With(Technique.Unlabeled, 1) };
        await fleet.WorkerAsync(new SleepingRunner(1, TimeSpan.Zero) { Weights = Path.Combine(fleet.Folder, "first") }, "first");
        var runner = await fleet.CoordinatorAsync();

        var result = await runner.RunAsync(kept, Stop);
        await fleet.StopWorkersAsync();
        var teacher = Path.Combine(fleet.Folder, "second", "weights", $"{TrialKey.Of(student.Teacher!)}.safetensors");
        var length = 0L;
        await fleet.WorkerAsync(new SleepingRunner(1, TimeSpan.Zero) { OnBegin = _ => length = new FileInfo(teacher).Length }, "second");
        await runner.RunAsync(student, Stop);

        Assert.Equal(TrialKey.Of(kept), TrialKey.Of(student.Teacher!));
        Assert.Equal(Path.Combine(fleet.Folder, "coordinator", "weights", $"{result.Key}.safetensors"), result.WeightsPath);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(fleet.Folder, "first", "weights", $"{result.Key}.safetensors"), Stop), await File.ReadAllBytesAsync(result.WeightsPath!, Stop));
        Assert.Equal(3_000_000, length);
    }

    [Fact]
    public async Task A_machine_that_fails_is_told_apart_from_a_trial_that_fails()
    {
        await using var fleet = new FleetFixture(server);
        var broken = new SleepingRunner(1, TimeSpan.Zero)
        {
            OnBegin = t => throw (t.Seed == 1 ? new InvalidOperationException("the GPU fell off") : new DiagnosticException(TrialDiagnostics.NothingToProbe, "no such thing")),
        };
        await fleet.WorkerAsync(broken);
        var runner = await fleet.CoordinatorAsync();

        var failed = await runner.RunAsync(FleetFixture.Trial(1), Stop);
        var diagnosed = await Assert.ThrowsAsync<DiagnosticException>(() => runner.RunAsync(FleetFixture.Trial(2), Stop));

        Assert.Equal(TrialStatus.Failed, failed.Status);
        Assert.True(failed.FailureIsTransient);
        Assert.Contains("the GPU fell off", failed.Failure, StringComparison.Ordinal);
        Assert.Equal(2, broken.Begun.Count(s => s == 1));
        Assert.Equal(TrialDiagnostics.NothingToProbe, diagnosed.Diagnostics[0].Code);
    }

    [Fact]
    public async Task A_crash_and_restart_of_the_database_costs_a_pause()
    {
        await using var fleet = new FleetFixture(server, patience: 20);
        var worker = new SleepingRunner(2, 3 * Second);
        await fleet.WorkerAsync(worker);
        var runner = await fleet.CoordinatorAsync();
        var asked = Enumerable.Range(0, 6).Select(seed => runner.RunAsync(FleetFixture.Trial(seed), Stop)).ToList();
        await FleetFixture.EventuallyAsync(() => worker.Running == 2);

        server.Kill();
        await Task.Delay(5 * Second, Stop);
        server.Start();
        var results = await Task.WhenAll(asked);

        Assert.Equal(Enumerable.Range(0, 6).Select(s => TrialKey.Of(FleetFixture.Trial(s))), results.Select(r => r.Key));
        Assert.Equal("6", server.Query(fleet.Connection, "SELECT count(*) FROM masterful.requests WHERE state = 'done'"));
        Assert.InRange(worker.Begun.Count, 6, 8);
        Assert.Contains("does not answer", fleet.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pause_of_the_network_or_a_slow_one_duplicates_nothing()
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        using var relay = new TcpRelay(server.Port);
        await using var fleet = new FleetFixture(server, patience: 30, port: relay.Port);
        var worker = new SleepingRunner(2, 2 * Second);
        await fleet.WorkerAsync(worker);
        var runner = await fleet.CoordinatorAsync();
        var asked = Enumerable.Range(0, 8).Select(seed => runner.RunAsync(FleetFixture.Trial(seed), Stop)).ToList();
        await FleetFixture.EventuallyAsync(() => worker.Running == 2);

        relay.Pause();
        await Task.Delay(12 * Second, Stop);
        relay.Latency = 0.03 * Second;
        relay.Resume();
        await Task.WhenAll(asked);

        Assert.Equal(Enumerable.Range(0, 8).Select(s => (long)s), worker.Begun.Order());
    }

    [Fact]
    public async Task A_worker_that_is_not_the_same_is_refused_with_the_reason()
    {
        await using var fleet = new FleetFixture(server);
        var other = new SleepingRunner(4, TimeSpan.Zero);
        await fleet.WorkerAsync(other, "other-data", FleetFixture.Capability with { Data = "others" });
        await fleet.WorkerAsync(other, "old", FleetFixture.Capability with { Engine = "0.0.1", Threads = 9 });
        await FleetFixture.EventuallyAsync(() => server.Query(fleet.Connection, "SELECT count(*) FROM masterful.workers") == "2");
        using var soon = new CancellationTokenSource(3 * Second);
        var runner = await fleet.CoordinatorAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runner.RunAsync(FleetFixture.Trial(1), soon.Token));
        await FleetFixture.EventuallyAsync(() => fleet.Log.Text.Contains("No worker of the fleet", StringComparison.Ordinal));

        Assert.Empty(other.Begun);
        Assert.Equal(1, runner.Parallelism);
        Assert.Contains("other-data of the fleet can't run this run's trials: its data are others", fleet.Log.Text, StringComparison.Ordinal);
        Assert.Contains("old of the fleet can't run this run's trials: its engine is 0.0.1", fleet.Log.Text, StringComparison.Ordinal);
        Assert.Contains("its number of threads is 9, the run's 1 (set runtime.threads)", fleet.Log.Text, StringComparison.Ordinal);
        Assert.Contains("No worker of the fleet", fleet.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_tells_of_machines_and_of_what_they_do()
    {
        await using var fleet = new FleetFixture(server);
        var worker = new SleepingRunner(1, 600 * Second);
        await fleet.WorkerAsync(worker, "gpu-1");
        var runner = await fleet.CoordinatorAsync();
        using var stop = new CancellationTokenSource();
        var asked = new[] { 1, 2 }.Select(s => runner.RunAsync(FleetFixture.Trial(s), stop.Token)).ToList();
        await FleetFixture.EventuallyAsync(() => worker.Running == 1);

        var status = new FleetStatus(await fleet.OpenAsync());
        var machine = Assert.Single(await status.WorkersAsync(Stop));
        var tasks = await status.TasksAsync(Stop);

        Assert.Equal(("gpu-1", 1, true, FleetFixture.Capability), (machine.Name, machine.Slots, machine.IsAlive, machine.Capability));
        Assert.Equal([("running", "gpu-1"), ("waiting", null)], tasks.Select(t => (t.State, t.Worker)));
        await stop.CancelAsync();
        await Task.WhenAll(asked.Select(a => Assert.ThrowsAnyAsync<OperationCanceledException>(() => a)));
    }

    [Fact]
    public async Task What_the_queue_loses_is_put_into_it_again()
    {
        await using var fleet = new FleetFixture(server, patience: 2);
        var runner = await fleet.CoordinatorAsync();
        var asked = runner.RunAsync(FleetFixture.Trial(1), Stop);
        await FleetFixture.EventuallyAsync(() => server.Query(fleet.Connection, "SELECT count(*) FROM masterful.requests WHERE queued IS NOT NULL") == "1");
        server.Query(fleet.Connection, "DELETE FROM masterful_queue.jobqueue");
        var worker = new SleepingRunner(1, TimeSpan.Zero);
        await fleet.WorkerAsync(worker);

        Assert.Equal(TrialStatus.Completed, (await asked).Status);
        Assert.Single(worker.Begun);
        Assert.Contains("The queue lost the trial", fleet.Log.Text, StringComparison.Ordinal);
    }
}
