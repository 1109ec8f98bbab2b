using Masterful.Core.Evaluation;
using Masterful.Core.Trials;
using Xunit;

namespace Masterful.Fleet.Tests;

/// <summary>The journal in PostgreSQL keeps what the one in SQLite keeps.</summary>
public sealed class PostgresJournalTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task A_result_comes_back_with_every_field_and_a_later_one_takes_its_place()
    {
        await using var fleet = new FleetFixture(server);
        var (first, second) = (Open(await fleet.OpenAsync(), fleet.Folder), Open(await fleet.OpenAsync(), fleet.Folder));
        var trial = FleetFixture.Trial(1);
        var weights = Path.Combine(fleet.Folder, "weights", "w.safetensors");
        Directory.CreateDirectory(Path.GetDirectoryName(weights)!);
        await File.WriteAllTextAsync(weights, "weights", TestContext.Current.CancellationToken);
        var failed = new TrialResult { Key = TrialKey.Of(trial), Status = TrialStatus.Failed, Failure = "It diverged.", FailureIsTransient = true };
        var saved = SleepingRunner.ResultOf(trial) with { WeightsPath = weights, Test = new Predictions([0.5f, float.NaN], 2, [1]) };

        first.Save(failed, trial);
        Assert.Equivalent(failed with { Reused = true }, second.Find(failed.Key), strict: true);
        first.Save(saved, trial);
        Assert.Equivalent(saved with { Reused = true }, second.Find(saved.Key), strict: true);
        Assert.Null(second.Find("unknown"));
        var probe = new DistanceProbeResult(0.25, 0.1, [new OperationDistance("hue", [0.25, double.NaN], [0.1, 0.5])], 4000, 1.5);
        first.SaveProbe("probe", probe);
        first.SaveProbe("probe", probe);
        Assert.Equivalent(probe, second.FindProbe("probe"), strict: true);
    }

    [Fact]
    public async Task Runs_know_what_they_used_and_what_is_forgotten_is_gone()
    {
        await using var fleet = new FleetFixture(server);
        var journal = Open(await fleet.OpenAsync(), fleet.Folder);
        var (one, two) = (FleetFixture.Trial(1), FleetFixture.Trial(2));
        journal.StartRun("first", "/a/masterful.yaml");
        journal.Save(SleepingRunner.ResultOf(one), one);
        journal.Save(SleepingRunner.ResultOf(two), two);
        journal.NoteUse("first", TrialKey.Of(one), reused: false);
        journal.NoteUse("first", TrialKey.Of(one), reused: true);
        journal.StartRun("second", "/a/masterful.yaml");
        Assert.True(journal.WasUsedByStoppedRun("second", TrialKey.Of(one)));
        journal.FinishRun("first", "passed", "error 9%");
        Assert.False(journal.WasUsedByStoppedRun("second", TrialKey.Of(one)));
        journal.NoteUse("second", TrialKey.Of(one), reused: true);
        journal.NoteUse("second", TrialKey.Of(two), reused: false);

        Assert.Equal([("second", null, 1, 1), ("first", "passed", 1, 0)], journal.Runs().Select(r => (r.Id, r.Status, r.TrialsRun, r.TrialsReused)));
        Assert.Equal([(TrialKey.Of(one), true), (TrialKey.Of(two), false)], journal.TrialsOf("second").Select(t => (t.Result.Key, t.Result.Reused)));
        Assert.Equal(journal.TrialsOf("second").Select(t => t.Result.SelectLoss), journal.SummariesOf("second").Select(s => s.SelectLoss));
        Assert.Equal(2, journal.Holdings().Count);

        journal.Forget([TrialKey.Of(one)], ["first"], DateTimeOffset.UtcNow);
        Assert.Equal([TrialKey.Of(two)], journal.Holdings().Select(h => h.Key));
        Assert.Equal(["second"], journal.Runs().Select(r => r.Id));
        Assert.Null(journal.Find(TrialKey.Of(one)));
    }

    [Fact]
    public async Task Two_that_write_while_the_database_crashes_lose_nothing()
    {
        await using var fleet = new FleetFixture(server, patience: 20);
        var databases = new[] { await fleet.OpenAsync(), await fleet.OpenAsync() };
        using var under = new CountdownEvent(10);
        var writing = databases.Select((database, writer) => Task.Run(() =>
        {
            var journal = Open(database, fleet.Folder);
            for (var i = 0; i < 100; i++)
            {
                var trial = FleetFixture.Trial((writer * 1000) + i);
                journal.Save(SleepingRunner.ResultOf(trial), trial);
                if (!under.IsSet)
                {
                    under.Signal();
                }
            }
        })).ToList();
        under.Wait(TestContext.Current.CancellationToken);

        server.Kill();
        server.Start();
        await Task.WhenAll(writing);

        var reader = Open(databases[0], fleet.Folder);
        Assert.Equal(200, reader.Holdings().Count);
    }

    private static Journal Open(FleetDatabase database, string folder) => new(new PostgresJournalStore(database, folder), TimeProvider.System);
}
