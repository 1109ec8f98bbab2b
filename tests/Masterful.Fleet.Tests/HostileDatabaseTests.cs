using System.Diagnostics;
using System.Text.Json.Nodes;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Xunit;

namespace Masterful.Fleet.Tests;

/// <summary>Someone else can write to the database: rows are neither code nor paths, and what no engine wrote is told and refused.</summary>
public sealed class HostileDatabaseTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, Func<string, Job>> Jobs => new()
    {
        { "a static method", victim => Job.FromExpression(() => File.WriteAllText(victim, "")) },
        { "another program", victim => Job.FromExpression(() => Process.Start("touch", victim)) },
        { "a method of an instance", victim => Job.FromExpression<DirectoryInfo>(d => d.CreateSubdirectory(victim)) },
        { "a generic type", victim => Job.FromExpression<List<string>>(l => l.Add(victim)) },
        { "our own engine", victim => Job.FromExpression(() => Mischief.Touch(victim)) },
        { "another method of the job", _ => Job.FromExpression<FleetJob>(j => j.ToString()) },
    };

    [Theory]
    [MemberData(nameof(Jobs))]
    public async Task A_row_of_the_queue_runs_nothing_but_a_request(string what, Func<string, Job> job)
    {
        await using var fleet = new FleetFixture(server);
        var victim = Path.Combine(fleet.Folder, "victim");
        var database = await fleet.OpenAsync();
        var worker = new SleepingRunner(1, TimeSpan.Zero);
        await fleet.WorkerAsync(worker);

        new BackgroundJobClient(database.Queue, new JobFilterProviderCollection()).Create(job(victim), new EnqueuedState(FleetFixture.Capability.Queue));
        await FleetFixture.EventuallyAsync(() => fleet.Server.Query(fleet.Connection, "SELECT count(*) FROM masterful_queue.job WHERE statename NOT IN ('Enqueued', 'Processing')") == "1");
        var result = await (await fleet.CoordinatorAsync()).RunAsync(FleetFixture.Trial(1), Stop);

        Assert.False(Path.Exists(victim), what);
        Assert.Equal(TrialStatus.Completed, result.Status);
        Assert.Single(worker.Begun);
    }

    [Theory]
    [InlineData("System.Diagnostics.Process, System.Diagnostics.Process, Version=10.0.0.0, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a")]
    [InlineData("System.Collections.Generic.List`1[[System.Int64]], System.Private.CoreLib")]
    [InlineData("Masterful.Fleet.FleetJobX, Masterful.Fleet")]
    [InlineData("System.IO.File\u001b[2J")]
    public void A_type_that_the_queue_does_not_name_is_refused_and_told(string name)
    {
        var log = new ListLogger();

        Assert.Throws<TypeLoadException>(() => new QueueGuard(log).Resolve(name));

        Assert.Contains("asks for something else than a trial and was refused", log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', log.Text);
    }

    [Fact]
    public void The_types_of_a_request_are_known_whatever_assembly_they_are_said_to_be_of() => Assert.Equal(
        [typeof(FleetJob), typeof(long), typeof(CancellationToken)],
        new[] { "Masterful.Fleet.FleetJob, Masterful.Fleet", "System.Int64, mscorlib", "System.Threading.CancellationToken, System.Private.CoreLib, Version=11.0.0.0" }
            .Select(new QueueGuard(new ListLogger()).Resolve));

    [Theory]
    [InlineData("key = '../../../outside/x'")]
    [InlineData("key = 'short'")]
    [InlineData("kind = 'shell'")]
    [InlineData("kind = 'probe'")]
    [InlineData("body = 'null'")]
    [InlineData("body = '{'")]
    [InlineData("body = '{}'")]
    [InlineData("body = replace(body, '\"Seed\":1', '\"Seed\":2')")]
    [InlineData("body = replace(body, '\"LearningRate\":0.05', '\"LearningRate\":\"NaN\"')")]
    [InlineData("body = repeat('[', 200000)")]
    public async Task A_request_that_no_engine_made_is_refused_by_the_worker_and_told_to_the_run(string change)
    {
        await using var fleet = new FleetFixture(server);
        var runner = await fleet.CoordinatorAsync();
        var (forged, honest) = (runner.RunAsync(FleetFixture.Trial(1), Stop), runner.RunAsync(FleetFixture.Trial(3), Stop));
        await FleetFixture.EventuallyAsync(() => fleet.Server.Query(fleet.Connection, "SELECT count(*) FROM masterful.requests WHERE queued IS NOT NULL") == "2");
        fleet.Server.Query(fleet.Connection, $"UPDATE masterful.requests SET {change} WHERE key = '{TrialKey.Of(FleetFixture.Trial(1))}'");

        var worker = new SleepingRunner(2, TimeSpan.Zero);
        await fleet.WorkerAsync(worker);

        var refused = await Assert.ThrowsAsync<DiagnosticException>(() => forged);
        Assert.Equal(FleetDiagnostics.NotValid.Id, refused.Diagnostics[0].Code.Id);
        Assert.Contains("is refused", fleet.Log.Text, StringComparison.Ordinal);
        Assert.Equal(TrialStatus.Completed, (await honest).Status);
        Assert.Equal([3], worker.Begun);
        Assert.Equal(["worker"], Directory.EnumerateFileSystemEntries(fleet.Folder).Select(Path.GetFileName).Where(n => n != "coordinator").DefaultIfEmpty("worker"));
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"Diagnostics":[]}""")]
    [InlineData("""{"Diagnostics":[null]}""")]
    [InlineData("Key", "\"../../../outside/x\"")]
    [InlineData("Status", "7")]
    [InlineData("SelectError", "-1")]
    [InlineData("SelectError", "\"NaN\"")]
    [InlineData("Select", "null")]
    [InlineData("EpochLosses", "null")]
    [InlineData("Seconds", "-5")]
    [InlineData("ImagePasses", "-1")]
    [InlineData("Select", """{"Logits":["AAAAAA=="],"ClassCount":2,"Labels":[0,1]}""")]
    [InlineData("Select", """{"Logits":["AAAAAA=="],"ClassCount":1,"Labels":[5]}""")]
    [InlineData("Select", """{"Logits":["AAA="],"ClassCount":1,"Labels":[0]}""")]
    [InlineData("Select", """{"Logits":null,"ClassCount":0,"Labels":null}""")]
    public async Task An_answer_that_no_engine_gave_ends_its_request_alone(string answer, string? value = null)
    {
        await using var fleet = new FleetFixture(server);
        var runner = await fleet.CoordinatorAsync();
        var (forged, honest) = (runner.RunAsync(FleetFixture.Trial(1), Stop), runner.RunAsync(FleetFixture.Trial(2), Stop));
        await FleetFixture.EventuallyAsync(() => fleet.Server.Query(fleet.Connection, "SELECT count(*) FROM masterful.requests WHERE queued IS NOT NULL") == "2");

        Answer(fleet, FleetFixture.Trial(1), value is null ? answer : With(FleetFixture.Trial(1), answer, value));

        var refused = await Assert.ThrowsAsync<DiagnosticException>(() => forged);
        Assert.Equal(FleetDiagnostics.NotValid, refused.Diagnostics[0].Code);
        Answer(fleet, FleetFixture.Trial(2), FleetRequests.Write(new FleetAnswer(SleepingRunner.ResultOf(FleetFixture.Trial(2)), null, null)));
        Assert.Equal(TrialStatus.Completed, (await honest).Status);
    }

    [Fact]
    public async Task An_answers_paths_are_its_own_machines()
    {
        await using var fleet = new FleetFixture(server);
        var runner = await fleet.CoordinatorAsync();
        var trial = FleetFixture.Trial(1) with { KeepWeights = true };
        var (kept, plain) = (runner.RunAsync(trial, Stop), runner.RunAsync(FleetFixture.Trial(2), Stop));
        await FleetFixture.EventuallyAsync(() => fleet.Server.Query(fleet.Connection, "SELECT count(*) FROM masterful.requests WHERE queued IS NOT NULL") == "2");

        Answer(fleet, trial, With(trial, "WeightsPath", "\"/etc/passwd\""));
        Answer(fleet, FleetFixture.Trial(2), With(FleetFixture.Trial(2), "WeightsPath", "\"/etc/passwd\""));

        Assert.Null((await kept).WeightsPath);
        Assert.Null((await plain).WeightsPath);
    }

    [Theory]
    [InlineData("UPDATE masterful.files SET length = length - 1")]
    [InlineData("UPDATE masterful.files SET length = length + 1")]
    [InlineData("UPDATE masterful.files SET length = -1")]
    [InlineData("UPDATE masterful.files SET length = 9223372036854775807")]
    [InlineData("DELETE FROM masterful.file_parts WHERE part = 1")]
    [InlineData("INSERT INTO masterful.file_parts SELECT name, 99, bytes FROM masterful.file_parts WHERE part = 0")]
    public async Task A_file_that_is_not_as_long_as_it_says_is_not_there(string change)
    {
        await using var fleet = new FleetFixture(server);
        var files = new FleetFiles(await fleet.OpenAsync());
        var (source, target) = (Path.Combine(fleet.Folder, "source"), Path.Combine(fleet.Folder, "target", "file"));
        await File.WriteAllBytesAsync(source, new byte[3_000_000], Stop);
        await files.PutAsync("weights/x", source, Guid.NewGuid(), Stop);
        fleet.Server.Query(fleet.Connection, change);

        Assert.False(await files.GetAsync("weights/x", target, null, Stop));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(target)!));
    }

    [Theory]
    [InlineData("broken")]
    [InlineData("""{"Trial":{"Failure":7}}""")]
    public async Task Status_shows_what_can_be_read(string result)
    {
        await using var fleet = new FleetFixture(server);
        var database = await fleet.OpenAsync();
        var requests = new FleetRequests(database);
        var trial = FleetFixture.Trial(1);
        await requests.AskAsync("nobody", 0, TrialKey.Of(trial), FleetRequests.Trial, "", "p", FleetRequests.Write(trial), Guid.NewGuid(), Stop);
        fleet.Server.Query(fleet.Connection, $"UPDATE masterful.requests SET state = 'failed', finished = now(), result = '{result}'");

        var task = Assert.Single(await new FleetStatus(database).TasksAsync(Stop));

        Assert.Contains("can't be read", task.Failure, StringComparison.Ordinal);
    }

    private static string With(TrialSpec trial, string name, string value)
    {
        var answer = JsonNode.Parse(FleetRequests.Write(new FleetAnswer(SleepingRunner.ResultOf(trial), null, null)))!;
        answer["Trial"]![name] = JsonNode.Parse(value);
        return answer.ToJsonString();
    }

    private static void Answer(FleetFixture fleet, TrialSpec trial, string text) => fleet.Server.Query(
        fleet.Connection,
        $"UPDATE masterful.requests SET state = 'done', finished = now(), result = '{text.Replace("'", "''", StringComparison.Ordinal)}' WHERE key = '{TrialKey.Of(trial)}'");
}

/// <summary>What a row of the queue would run.</summary>
public static class Mischief
{
    /// <summary>Leaves a trace.</summary>
    public static void Touch(string path) => File.WriteAllText(path, "");
}
