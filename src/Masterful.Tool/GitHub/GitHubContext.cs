using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Tool.GitHub;

/// <summary>What a GitHub workflow tells the processes that it runs, checked: https://docs.github.com/actions/reference/variables-reference.</summary>
internal sealed partial record GitHubContext
{
    private const long MostEventBytes = 32 << 20;

    /// <summary>Owner and name, or null outside a workflow.</summary>
    public string? Repository { get; init; }

    public required Uri Api { get; init; }

    public required Uri Server { get; init; }

    /// <summary>The token of the job. Never printed.</summary>
    public SecretText? Token { get; init; }

    /// <summary>The workflow run that trained: for <c>workflow_run</c> the one that is over.</summary>
    public long? RunId { get; init; }

    /// <summary>The commit that was trained: the head of the pull request, not GitHub's merge of it.</summary>
    public string? Commit { get; init; }

    /// <summary>The pull request, where the event names it.</summary>
    public int? PullRequest { get; init; }

    /// <summary>The branch that a pull request goes into, or the default branch.</summary>
    public string? BaseBranch { get; init; }

    public string? DefaultBranch { get; init; }

    /// <summary>Owner and branch of a finished workflow run, by which its pull request is found: a fork's event names none.</summary>
    public (string Owner, string Branch)? Head { get; init; }

    /// <summary>Whether the result is of another workflow run than the one that this process is part of: a stranger may have written it.</summary>
    public bool IsOfAnotherRun => Head is not null;

    /// <summary>The same for a finished run, as the server describes it.</summary>
    public GitHubContext Of(long run, JsonElement described) => this with
    {
        RunId = run,
        Commit = Text(described, "head_sha"),
        PullRequest = null,
        Head = (Text(Part(Part(described, "head_repository"), "owner"), "login") ?? "", Text(described, "head_branch") ?? ""),
    };

    /// <summary>Reads variables and event; what is missing or not of its form is null.</summary>
    public static GitHubContext Read(Func<string, string?> environment)
    {
        var payload = ReadEvent(environment("GITHUB_EVENT_PATH"));
        var finished = Part(payload, "workflow_run");
        var request = Part(payload, "pull_request") ?? First(Part(finished, "pull_requests"));
        var number = Number(request, "number") ?? (Part(Part(payload, "issue"), "pull_request") is null ? null : Number(Part(payload, "issue"), "number"));
        var defaultBranch = Text(Part(payload, "repository"), "default_branch");
        var repository = environment("GITHUB_REPOSITORY");
        return new GitHubContext
        {
            Repository = repository is not null && RepositoryName().IsMatch(repository) ? repository : null,
            Api = Address(environment("GITHUB_API_URL"), "https://api.github.com", "GITHUB_API_URL"),
            Server = Address(environment("GITHUB_SERVER_URL"), "https://github.com", "GITHUB_SERVER_URL"),
            Token = NullIfEmpty(environment("GITHUB_TOKEN")) is { } token ? new SecretText(token) : null,
            RunId = Number(finished, "id") ?? (long.TryParse(environment("GITHUB_RUN_ID"), CultureInfo.InvariantCulture, out var id) ? id : null),
            Commit = Text(Part(Part(payload, "pull_request"), "head"), "sha") ?? Text(finished, "head_sha") ?? NullIfEmpty(environment("GITHUB_SHA")),
            PullRequest = (int?)number,
            BaseBranch = NullIfEmpty(environment("GITHUB_BASE_REF")) ?? Text(Part(request, "base"), "ref") ?? defaultBranch,
            DefaultBranch = defaultBranch,
            Head = (Text(Part(Part(finished, "head_repository"), "owner"), "login"), Text(finished, "head_branch")) is ({ } owner, { } branch) ? (owner, branch) : null,
        };
    }

    /// <summary>The page of the workflow run, or null outside a workflow.</summary>
    public string? WorkflowUrl => Repository is not null && RunId is { } id
        ? string.Create(CultureInfo.InvariantCulture, $"{Server.AbsoluteUri.TrimEnd('/')}/{Repository}/actions/runs/{id}")
        : null;

    /// <summary>A token travels there: encrypted, or not beyond this machine.</summary>
    private static Uri Address(string? given, string otherwise, string variable)
    {
        var uri = Uri.TryCreate(NullIfEmpty(given) ?? otherwise, UriKind.Absolute, out var parsed) ? parsed : null;
        return uri is not null && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            ? uri
            : throw new DiagnosticException(ToolDiagnostics.GitHubTrouble, $"{variable} must be an https address.");
    }

    private static JsonElement? ReadEvent(string? path)
    {
        if (path is null || !File.Exists(path) || new FileInfo(path).Length > MostEventBytes)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new DiagnosticException(ToolDiagnostics.GitHubTrouble, $"The event in GITHUB_EVENT_PATH is not JSON: {Cause.Of(e)}");
        }
    }

    private static JsonElement? Part(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } map && map.TryGetProperty(name, out var part) && part.ValueKind != JsonValueKind.Null ? part : null;

    private static JsonElement? First(JsonElement? list) =>
        list is { ValueKind: JsonValueKind.Array } array && array.GetArrayLength() > 0 ? array[0] : null;

    private static string? Text(JsonElement? parent, string name) =>
        Part(parent, name) is { ValueKind: JsonValueKind.String } part ? NullIfEmpty(part.GetString()) : null;

    private static long? Number(JsonElement? parent, string name) =>
        Part(parent, name) is { ValueKind: JsonValueKind.Number } part && part.TryGetInt64(out var number) && number > 0 ? number : null;

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    [GeneratedRegex(@"^[A-Za-z0-9-]+/[A-Za-z0-9._-]+\z")]
    private static partial Regex RepositoryName();
}
