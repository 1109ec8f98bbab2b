using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Masterful.Core.Tests.Trials;

public sealed class JournalTests : IDisposable
{
    private static readonly TrialSpec Trial = TrialSpecs.Trial;
    private readonly string _folder = Directory.CreateTempSubdirectory("masterful-journal-").FullName;

    private string JournalPath => Path.Combine(_folder, "cache", "journal.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_result_comes_back_with_every_field_from_another_process()
    {
        var weights = Path.Combine(_folder, "cache", "weights", "w.safetensors");
        Directory.CreateDirectory(Path.GetDirectoryName(weights)!);
        File.WriteAllText(weights, "weights");
        var saved = TrialSpecs.Result(Trial) with { WeightsPath = weights };

        // Not disposed before it is read: a killed process does not close its journal either.
        using var writer = Open();
        writer.Save(saved, Trial);
        using var reader = Open();
        var found = reader.Find(saved.Key)!;

        Assert.Equivalent(saved with { Reused = true }, found, strict: true);
        Assert.True(found.Reused);
        Assert.Null(reader.Find("unknown"));
    }

    [Fact]
    public void Who_only_reads_sees_what_a_run_under_way_has_saved_and_can_save_nothing()
    {
        using var writer = Open();
        writer.StartRun("run", "masterful.yaml");
        using var reader = Journal.OpenForReading(JournalPath, TimeProvider.System);
        Assert.Empty(reader.SummariesOf("run"));

        var saved = TrialSpecs.Result(Trial);
        writer.Save(saved, Trial);
        writer.NoteUse("run", saved.Key, reused: false);

        var summary = Assert.Single(reader.SummariesOf("run"));
        Assert.Equal((saved.Key, saved.SelectLoss, saved.ImagePasses, false), (summary.Key, summary.SelectLoss, summary.ImagePasses, summary.Reused));
        Assert.Throws<DiagnosticException>(() => reader.FinishRun("run", "passed", null));
        Assert.Throws<DiagnosticException>(() => Journal.OpenForReading(Path.Combine(_folder, "none.db"), TimeProvider.System));
    }

    [Fact]
    public void A_failure_comes_back_with_its_reason_and_without_numbers()
    {
        var saved = new TrialResult { Key = TrialKey.Of(Trial), Status = TrialStatus.Failed, Failure = "It diverged.", FailureIsTransient = true };
        using var journal = Open();
        journal.Save(saved, Trial);
        var found = journal.Find(saved.Key)!;

        Assert.Equivalent(saved with { Reused = true }, found, strict: true);
        Assert.True(double.IsNaN(found.SelectLoss));
    }

    [Fact]
    public void A_cache_that_is_moved_keeps_its_weights_and_a_deleted_file_is_left_out()
    {
        var weights = Path.Combine(_folder, "cache", "w.safetensors");
        using (var journal = Open())
        {
            File.WriteAllText(weights, "weights");
            journal.Save(TrialSpecs.Result(Trial) with { WeightsPath = weights }, Trial);
        }

        Directory.Move(Path.Combine(_folder, "cache"), Path.Combine(_folder, "moved"));
        var moved = Path.Combine(_folder, "moved", "w.safetensors");
        using (var journal = Journal.Open(Path.Combine(_folder, "moved", "journal.db"), TimeProvider.System))
        {
            Assert.Equal(moved, journal.Find(TrialKey.Of(Trial))!.WeightsPath);
            File.Delete(moved);
            Assert.Null(journal.Find(TrialKey.Of(Trial))!.WeightsPath);
        }
    }

    [Fact]
    public void Probes_come_back()
    {
        var probe = new DistanceProbeResult(0.25, 0.1, [new OperationDistance("hue", [0.25, double.NaN], [0.1, 0.5])], 4000, 1.5);
        using var journal = Open();
        journal.SaveProbe("probe", probe);

        Assert.Equivalent(probe, journal.FindProbe("probe"), strict: true);
        Assert.Null(journal.FindProbe("another"));
    }

    [Fact]
    public void Runs_are_listed_latest_first_with_what_they_used()
    {
        var clock = new SetClock(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
        using var journal = Journal.Open(JournalPath, clock);
        journal.StartRun("first", "/a/masterful.yaml");
        journal.Save(TrialSpecs.Result(Trial), Trial);
        journal.NoteUse("first", TrialKey.Of(Trial), reused: false);
        journal.NoteUse("first", TrialKey.Of(Trial), reused: true);
        clock.Now += TimeSpan.FromMinutes(1);
        journal.FinishRun("first", "passed", "error 9%");
        journal.StartRun("second", "/b/masterful.yaml");
        journal.NoteUse("second", TrialKey.Of(Trial), reused: true);

        Assert.Equal(
            [
                new JournalRun("second", clock.Now, null, "/b/masterful.yaml", null, null, 0, 1),
                new JournalRun("first", clock.Now.AddMinutes(-1), clock.Now, "/a/masterful.yaml", "passed", "error 9%", 1, 0),
            ],
            journal.Runs());
        var trial = Assert.Single(journal.TrialsOf("second"));
        Assert.Equal(("cashew-teal-heron", true, TrialKey.Canonical(Trial)), (trial.PolicyName, trial.Result.Reused, trial.Spec));
    }

    [Fact]
    public void Two_that_write_at_once_lose_nothing()
    {
        Parallel.For(0, 4, writer =>
        {
            using var journal = Open();
            for (var i = 0; i < 10; i++)
            {
                var trial = Trial with { Seed = (writer * 10) + i };
                journal.Save(TrialSpecs.Result(trial), trial);
            }
        });

        using var reader = Open();
        Assert.All(Enumerable.Range(0, 40), seed => Assert.NotNull(reader.Find(TrialKey.Of(Trial with { Seed = seed }))));
    }

    [Fact]
    public void A_damaged_journal_is_told_with_its_remedy()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(JournalPath)!);
        File.WriteAllText(JournalPath, new string('x', 5000));

        var fault = Assert.Single(Assert.Throws<DiagnosticException>(Open).Diagnostics);
        Assert.Equal(TrialDiagnostics.JournalDamaged, fault.Code);
        Assert.Contains(JournalPath, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_of_a_newer_version_is_refused()
    {
        Open().Dispose();
        using (var connection = new SqliteConnection($"Data Source={JournalPath};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }

        Assert.Equal(TrialDiagnostics.JournalNewer, Assert.Single(Assert.Throws<DiagnosticException>(Open).Diagnostics).Code);
    }

    [Fact]
    public void A_read_only_journal_is_read_and_then_kept_in_memory()
    {
        using (var journal = Open())
        {
            journal.Save(TrialSpecs.Result(Trial), Trial);
        }

        var other = Trial with { Seed = 1 };
        using (var readOnly = Journal.Open(JournalPath, TimeProvider.System, SqliteOpenMode.ReadOnly))
        {
            Assert.Equal(DiagnosticSeverity.Warning, readOnly.Warning?.Severity);
            Assert.NotNull(readOnly.Find(TrialKey.Of(Trial)));
            readOnly.Save(TrialSpecs.Result(other), other);
            Assert.NotNull(readOnly.Find(TrialKey.Of(other)));
        }

        using var reader = Open();
        Assert.Null(reader.Find(TrialKey.Of(other)));
    }

    [Fact]
    public void Where_no_folder_can_be_made_the_journal_is_in_memory()
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "needs a folder that not even root can write");
        using var journal = Journal.Open("/proc/self/masterful/journal.db", TimeProvider.System);
        journal.Save(TrialSpecs.Result(Trial), Trial);

        Assert.NotNull(journal.Warning);
        Assert.NotNull(journal.Find(TrialKey.Of(Trial)));
    }

    private Journal Open() => Journal.Open(JournalPath, TimeProvider.System);

    private sealed class SetClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
