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

    [Theory]
    [InlineData("text")]
    [InlineData("another database")]
    [InlineData("pages of nothing")]
    public void A_damaged_journal_is_told_and_set_aside_for_a_new_one(string damage)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(JournalPath)!);
        switch (damage)
        {
            case "text":
                File.WriteAllText(JournalPath, new string('x', 5000));
                break;
            case "another database":
                Sql("CREATE TABLE trials (key TEXT); PRAGMA user_version = 1;");
                break;
            default:
                Open().Dispose();
                File.WriteAllBytes(JournalPath, [.. File.ReadAllBytes(JournalPath)[..100], .. new byte[40_000]]);
                break;
        }

        using (var journal = Open())
        {
            Assert.Equal((TrialDiagnostics.JournalDamaged, DiagnosticSeverity.Warning), (journal.Warning!.Code, journal.Warning.Severity));
            Assert.Contains(JournalPath, journal.Warning.Message, StringComparison.Ordinal);
            journal.Save(TrialSpecs.Result(Trial), Trial);
        }

        Assert.True(File.Exists($"{JournalPath}.damaged"));
        using var again = Open();
        Assert.Null(again.Warning);
        Assert.NotNull(again.Find(TrialKey.Of(Trial)));
    }

    [Fact]
    public void A_journal_that_turns_out_to_be_damaged_in_the_middle_of_a_run_is_replaced_too()
    {
        using (var before = Open())
        {
            for (var i = 0; i < 200; i++)
            {
                before.Save(TrialSpecs.Result(Trial with { Seed = i }), Trial with { Seed = i });
            }
        }

        using (var file = new FileStream(JournalPath, FileMode.Open))
        {
            // All pages but the first two, which hold the list of the tables.
            file.Position = 8192;
            file.Write(new byte[file.Length - 8192]);
        }

        var told = new List<Diagnostic>();
        using var journal = Journal.Open(JournalPath, TimeProvider.System, told.Add);
        journal.StartRun("run", "masterful.yaml");
        Assert.All(Enumerable.Range(0, 200), i => Assert.Null(journal.Find(TrialKey.Of(Trial with { Seed = i }))));
        journal.Save(TrialSpecs.Result(Trial), Trial);

        Assert.NotNull(journal.Find(TrialKey.Of(Trial)));
        Assert.Equal("run", Assert.Single(journal.Runs()).Id);
        Assert.Equal(TrialDiagnostics.JournalDamaged, told.Append(journal.Warning).OfType<Diagnostic>().Single().Code);
    }

    [Theory]
    [InlineData("status = 'Finished'")]
    [InlineData("status = '7'")]
    [InlineData("transient = -3")]
    [InlineData("class_count = -1")]
    [InlineData("class_count = NULL")]
    [InlineData("class_count = 1000000000")]
    [InlineData("select_logits = x'0102'")]
    [InlineData("select_labels = NULL")]
    [InlineData("select_labels = x'FFFFFF7F00000000'")]
    [InlineData("test_labels = 'text'")]
    [InlineData("epoch_losses = x'01'")]
    [InlineData("select_loss = NULL")]
    [InlineData("select_error = 17")]
    [InlineData("seconds = -1")]
    [InlineData("seconds = 'long'")]
    [InlineData("image_passes = -9")]
    [InlineData("peak_memory = 1e300")]
    [InlineData("weights_path = '../../../../etc/passwd'")]
    [InlineData("finished = 'yesterday', spec = 'no json'")]
    public void An_entry_that_no_training_can_have_made_is_told_once_and_taken_as_not_there(string change)
    {
        using (var writer = Open())
        {
            writer.StartRun("run", "masterful.yaml");
            foreach (var trial in new[] { Trial, Trial with { Seed = 1 } })
            {
                writer.Save(TrialSpecs.Result(trial), trial);
                writer.NoteUse("run", TrialKey.Of(trial), reused: false);
            }
        }

        Sql($"UPDATE trials SET {change} WHERE key = '{TrialKey.Of(Trial)}'");
        var told = new List<Diagnostic>();
        using var journal = Journal.Open(JournalPath, TimeProvider.System, told.Add);

        var found = journal.Find(TrialKey.Of(Trial));
        var trials = journal.TrialsOf("run");
        Assert.InRange(journal.SummariesOf("run").Count, 1, 2);
        Assert.InRange(journal.Holdings().Count, 1, 2);

        Assert.Single(trials, t => t.Result.Key == TrialKey.Of(Trial with { Seed = 1 }));
        Assert.DoesNotContain(trials, t => t.Result.Key == TrialKey.Of(Trial));
        Assert.Equal((TrialDiagnostics.EntryDamaged, DiagnosticSeverity.Warning), (Assert.Single(told).Code, told[0].Severity));
        Assert.Contains(TrialKey.Of(Trial), told[0].Message, StringComparison.Ordinal);
        if (!change.StartsWith("finished", StringComparison.Ordinal))
        {
            Assert.Null(found);
        }

        journal.Save(TrialSpecs.Result(Trial), Trial);
        Assert.NotNull(journal.Find(TrialKey.Of(Trial)));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1")]
    [InlineData("""{"CleanLoss":1,"CleanError":0,"Operations":[null],"ImagePasses":1,"Seconds":1}""")]
    [InlineData("""{"CleanLoss":1,"CleanError":0,"Operations":[{"Operation":"hue","Losses":[1,2],"Errors":[]}],"ImagePasses":1,"Seconds":1}""")]
    [InlineData("""{"CleanLoss":1,"CleanError":0,"Operations":[],"ImagePasses":-1,"Seconds":1}""")]
    public void A_probe_that_can_not_be_is_taken_as_not_there(string text)
    {
        Open().Dispose();
        Sql($"INSERT INTO probes VALUES ('probe', '2030-01-01', '{text}')");
        using var journal = Open();

        Assert.Null(journal.FindProbe("probe"));
    }

    [Fact]
    public void Runs_that_can_not_be_are_left_out_of_the_list()
    {
        using (var writer = Open())
        {
            writer.StartRun("sound", "masterful.yaml");
        }

        Sql("INSERT INTO runs (id, started, spec_path) VALUES ('odd', 'long ago', 'x')");
        using var journal = Open();

        Assert.Equal("sound", Assert.Single(journal.Runs()).Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-wal")]
    public void A_journal_that_is_a_link_is_not_written_through(string ending)
    {
        var victim = Path.Combine(_folder, "victim");
        Directory.CreateDirectory(Path.GetDirectoryName(JournalPath)!);
        File.CreateSymbolicLink(JournalPath + ending, victim);

        using var journal = Open();
        journal.Save(TrialSpecs.Result(Trial), Trial);

        Assert.Contains("is a link", journal.Warning!.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(victim));
    }

    [Fact]
    public void A_journal_of_a_newer_version_is_refused()
    {
        Open().Dispose();
        Sql("PRAGMA user_version = 99");

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

    private void Sql(string text)
    {
        using var connection = new SqliteConnection($"Data Source={JournalPath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private Journal Open() => Journal.Open(JournalPath, TimeProvider.System);

    private sealed class SetClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
