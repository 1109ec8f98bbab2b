using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Text.Json;
using Masterful.Core.Evaluation;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Reporting;
using Masterful.Reporting.PullRequest;
using Masterful.Results;
using Masterful.Tool.GitHub;
using Masterful.Tool.Output;

namespace Masterful.Tool.Commands;

/// <summary><c>report --github</c>: a result as a workflow and its pull request show it.</summary>
internal sealed class GitHubReport
{
    /// <summary>The name of the comment's body in the report folder.</summary>
    public const string CommentName = "comment.md";

    /// <summary>The charts that a comment shows.</summary>
    private static readonly string[] ChartNames = ["error-rate.png", "waterfall.png", "policies.png"];

    private readonly Option<bool> _gitHub = new("--github")
    {
        Description = "Write for a GitHub workflow: job summary, outputs, and the body of a pull request's comment (comment.md).",
    };

    private readonly Option<string?> _artifact = new("--artifact-url")
    {
        Description = "With --github: where the whole report can be downloaded.",
        HelpName = "URL",
    };

    private readonly Option<string> _key = new("--comment-key")
    {
        Description = "With --github: tells the comments of several models of one repository apart.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "masterful",
    };

    private readonly Option<bool> _post = new("--post")
    {
        Description = "With --github: write the comment into the pull request, always the same one, with the token in GITHUB_TOKEN.",
    };

    private readonly Option<int?> _pullRequest = new("--pull-request")
    {
        Description = "With --post: its number; by default that of the workflow's event.",
        HelpName = "N",
    };

    private readonly Option<long?> _run = new("--run-id")
    {
        Description = "With --github: the workflow run that made the result, where it is not this one. Of such a result only figures and names are shown.",
        HelpName = "N",
    };

    private readonly Option<string?> _charts = new("--charts-branch")
    {
        Description = "With --github: commit the charts to this branch (public repositories) and show them in the comment.",
        HelpName = "NAME",
    };

    public void AddTo(Command command)
    {
        Option[] others = [_artifact, _post, _pullRequest, _run, _charts];
        foreach (var option in new Option[] { _gitHub, BaselineOption.Symbol, _key }.Concat(others))
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (!result.GetValue(_gitHub) && others.Append(BaselineOption.Symbol).FirstOrDefault(o => result.GetResult(o) is OptionResult { Implicit: false }) is { } lonely)
            {
                result.AddError($"{lonely.Name} needs --github.");
            }
        });
    }

    public bool IsAskedFor(ParseResult parsed) => parsed.GetValue(_gitHub);

    /// <summary>Writes summary, outputs and comment; posts the comment when asked to.</summary>
    /// <param name="call">The command.</param>
    /// <param name="folder">The report folder.</param>
    /// <param name="result">Its result.</param>
    public async Task<int> WriteAsync(CommandCall call, string folder, RunResult result)
    {
        var context = GitHubContext.Read(call.Host.Environment);
        using var api = Connect(call, context);
        context = await OfRunAsync(call, context, api).ConfigureAwait(false);
        result = context.IsOfAnotherRun ? UntrustedResult.Of(result) : result;
        var baseline = BaselineOption.Read(call);
        var options = new PullRequestOptions
        {
            Key = call.Parsed.GetValue(_key)!,
            Baseline = baseline,
            BaselineName = context.BaseBranch ?? "base",
            ArtifactUrl = call.Parsed.GetValue(_artifact),
            WorkflowUrl = context.WorkflowUrl,
            Commit = context.Commit,
        };
        var pullRequest = api is null ? null : await PullRequestAsync(call, context, api).ConfigureAwait(false);
        options = options with { Charts = await ChartsAsync(call, context, api, folder, result, pullRequest).ConfigureAwait(false) };

        var page = new PullRequestPage(result, options);
        var comment = page.Comment();
        var path = Path.GetFullPath(Path.Combine(folder, CommentName));
        AtomicFile.Write(path, comment);
        GitHubStep.WriteSummary(call, page);
        GitHubStep.WriteOutputs(call, result, Path.GetFullPath(folder));
        Annotate(call, result);
        var posted = api is null || pullRequest is null || !call.Parsed.GetValue(_post)
            ? null
            : await PostAsync(call, api, pullRequest.Value, options.Key, comment).ConfigureAwait(false);
        call.Log.Result(
            posted is null ? $"Wrote {path}." : $"Wrote {path} and {posted}.", new { comment = path, verdict = PullRequestPage.Line(result), posted });
        return ExitCode.Ok;
    }

    private GitHubApi? Connect(CommandCall call, GitHubContext context)
    {
        if (!call.Parsed.GetValue(_post) && call.Parsed.GetValue(_charts) is null)
        {
            return null;
        }

        if (context.Repository is null || context.Token is null)
        {
            throw new DiagnosticException(
                ToolDiagnostics.GitHubTrouble, $"{(context.Repository is null ? "GITHUB_REPOSITORY" : "GITHUB_TOKEN")} is not set. {ToolDiagnostics.GitHubTrouble.Remedy}");
        }

        return new GitHubApi(context, context.Token, EngineVersion.Numerics, call.Host.Clock);
    }

    /// <summary>What the server knows of the run that is named; that of the event, or this one, where none is.</summary>
    private async Task<GitHubContext> OfRunAsync(CommandCall call, GitHubContext context, GitHubApi? api)
    {
        if (call.Parsed.GetValue(_run) is not { } run || run == context.RunId)
        {
            return context;
        }

        var described = api is null
            ? null
            : await TryAsync<JsonElement?>(call, $"look up workflow run {run}", async () => await api.GetAsync($"actions/runs/{run}", call.Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        // Unknown to the server, it is at no commit, so that no pull request is told of it.
        return context.Of(run, described ?? JsonElement.Parse("{}"));
    }

    private async Task<int?> PullRequestAsync(CommandCall call, GitHubContext context, GitHubApi api)
    {
        var comments = new PullRequestComments(api);
        var given = call.Parsed.GetValue(_pullRequest);
        if (given is null && context is { PullRequest: { } own, IsOfAnotherRun: false })
        {
            return own;
        }

        var number = await TryAsync(
            call,
            "find the pull request",
            () => (given ?? context.PullRequest) is { } named
                ? comments.CheckAsync(named, context.Commit, call.Cancellation)
                : comments.FindPullRequestAsync(context, call.Cancellation)).ConfigureAwait(false);
        if (number is null && given is not null)
        {
            call.Log.Diagnostic(new Diagnostic(
                ToolDiagnostics.GitHubTrouble, DiagnosticSeverity.Warning, $"Pull request {given} is not at the commit that was trained ({context.Commit ?? "unknown"}), so it gets no comment."));
        }
        else if (number is null)
        {
            call.Log.Info("No open pull request is at this commit, so there is nothing to comment on.");
        }

        return number;
    }

    /// <summary>The charts are drawn again from the figures: images that came with a fork's artifact are never published.</summary>
    private async Task<IReadOnlyDictionary<string, string>> ChartsAsync(CommandCall call, GitHubContext context, GitHubApi? api, string folder, RunResult result, int? pullRequest)
    {
        var none = new Dictionary<string, string>();
        if (api is null || call.Parsed.GetValue(_charts) is not { } branch)
        {
            return none;
        }

        List<(string, byte[])> files;
        var drawn = Directory.CreateTempSubdirectory("masterful-charts-");
        try
        {
            ResultFiles.Write(Path.Combine(drawn.FullName, ResultFiles.ResultName), result);
            CopyPolicies(folder, drawn.FullName, context.IsOfAnotherRun);
            ReportWriter.Write(drawn.FullName, new ReportOptions());
            files =
            [
                .. ChartNames.Select(name => (name, Path.Combine(drawn.FullName, "charts", name))).Where(f => File.Exists(f.Item2)).Select(f => (f.name, File.ReadAllBytes(f.Item2))),
            ];
        }
        finally
        {
            drawn.Delete(recursive: true);
        }

        var place = pullRequest is { } number ? $"pull-{number}" : $"run-{context.RunId}";
        return await TryAsync(call, "publish the charts", () => new ChartBranch(api, context, branch).PublishAsync(place, files, call.Cancellation)).ConfigureAwait(false) ?? none;
    }

    private static void CopyPolicies(string from, string to, bool isUntrusted)
    {
        if (File.Exists(Path.Combine(from, ResultFiles.PoliciesName)))
        {
            var policies = ResultFiles.Read<PoliciesFile>(Path.Combine(from, ResultFiles.PoliciesName));
            ResultFiles.Write(Path.Combine(to, ResultFiles.PoliciesName), isUntrusted ? UntrustedResult.Of(policies) : policies);
        }
    }

    private static Task<string?> PostAsync(CommandCall call, GitHubApi api, int pullRequest, string key, string comment) =>
        TryAsync(call, "write the comment", async () =>
        {
            var (url, isNew) = await new PullRequestComments(api)
                .WriteAsync(pullRequest, PullRequestPage.Marker(key), comment, call.Cancellation).ConfigureAwait(false);
            return $"{(isNew ? "a new comment" : "the comment")} in pull request {pullRequest}{(url is null ? "" : $" ({url})")}";
        });

    /// <summary>A comment that can't be written is worth a warning: the summary and the artifact are there, and the gate has spoken.</summary>
    private static async Task<T?> TryAsync<T>(CommandCall call, string what, Func<Task<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (GitHubException e)
        {
            var readOnly = e.Status is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.Unauthorized;
            call.Log.Diagnostic(new Diagnostic(
                ToolDiagnostics.GitHubTrouble, DiagnosticSeverity.Warning, $"Can't {what}: {Cause.Of(e)}. {(readOnly ? ToolDiagnostics.GitHubTrouble.Remedy : "The job summary has the same content.")}"));
            return default;
        }
    }

    /// <summary>For --log-format github: the verdict as a notice, and the gate's rules at their lines where the spec is at hand.</summary>
    private static void Annotate(CommandCall call, RunResult result)
    {
        if (call.Options.LogFormat != LogFormat.GitHub)
        {
            return;
        }

        call.Host.Output.WriteLine(GitHubAnnotation.Notice(PullRequestPage.Line(result)));
        if (File.Exists(call.Options.SpecPath))
        {
            foreach (var diagnostic in Gate.ToDiagnostics(result.Gate, call.Options.LoadSpec(call.Host, call.Log)))
            {
                call.Log.Diagnostic(diagnostic);
            }
        }
    }
}
