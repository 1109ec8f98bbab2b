using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Masterful.Core.Spec;

namespace Masterful.Tool.GitHub;

/// <summary>
/// Charts in a branch of their own without history in common with the code, so that a comment can show them by address. GitHub serves
/// them to the comment's readers in public repositories.
/// </summary>
internal sealed partial class ChartBranch(GitHubApi api, GitHubContext context, string branch)
{
    private const int Attempts = 3;

    /// <summary>Commits the files into a folder of the branch, which is made if it is not there.</summary>
    /// <param name="folder">In the branch.</param>
    /// <param name="files">Name and content.</param>
    /// <param name="cancellation">Stops between requests.</param>
    /// <returns>Addresses by name, of this very commit: they never show a later chart.</returns>
    /// <exception cref="DiagnosticException">The name is not a branch's, or that of the code.</exception>
    /// <exception cref="GitHubException">GitHub refused.</exception>
    public async Task<IReadOnlyDictionary<string, string>> PublishAsync(
        string folder, IReadOnlyList<(string Name, byte[] Content)> files, CancellationToken cancellation)
    {
        if (!BranchName().IsMatch(branch) || branch.Contains("..", StringComparison.Ordinal) || branch == context.DefaultBranch || branch == context.BaseBranch)
        {
            throw new DiagnosticException(ToolDiagnostics.CommandLine, $"'{branch}' can't be the branch of the charts: name one that holds nothing else.");
        }

        var blobs = new List<object>();
        foreach (var (name, content) in files)
        {
            var blob = await api.PostAsync("git/blobs", new { content = Convert.ToBase64String(content), encoding = "base64" }, cancellation).ConfigureAwait(false);
            blobs.Add(new { path = $"{folder}/{name}", mode = "100644", type = "blob", sha = Sha(blob) });
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var commit = await CommitAsync(folder, blobs, cancellation).ConfigureAwait(false);
                return files.ToDictionary(f => f.Name, f => $"{context.Server.AbsoluteUri.TrimEnd('/')}/{context.Repository}/raw/{commit}/{folder}/{f.Name}");
            }
            catch (GitHubException e) when (attempt < Attempts && e.Status is HttpStatusCode.UnprocessableEntity or HttpStatusCode.Conflict)
            {
                // Another job moved the branch in between: on top of that commit, then.
            }
        }
    }

    private async Task<string> CommitAsync(string folder, List<object> blobs, CancellationToken cancellation)
    {
        var tip = await TipAsync(cancellation).ConfigureAwait(false);
        var baseTree = tip is null ? null : Sha((await api.GetAsync($"git/commits/{tip}", cancellation).ConfigureAwait(false)).GetProperty("tree"));
        var tree = Sha(await api.PostAsync("git/trees", baseTree is null ? new { tree = blobs } : new { base_tree = baseTree, tree = blobs }, cancellation).ConfigureAwait(false));
        string[] parents = tip is null ? [] : [tip];
        var commit = Sha(await api.PostAsync("git/commits", new { message = $"Charts of {folder}", tree, parents }, cancellation).ConfigureAwait(false));
        _ = tip is null
            ? await api.PostAsync("git/refs", new { @ref = $"refs/heads/{branch}", sha = commit }, cancellation).ConfigureAwait(false)
            : await api.PatchAsync($"git/refs/heads/{branch}", new { sha = commit, force = false }, cancellation).ConfigureAwait(false);
        return commit;
    }

    private async Task<string?> TipAsync(CancellationToken cancellation)
    {
        try
        {
            return Sha((await api.GetAsync($"git/ref/heads/{branch}", cancellation).ConfigureAwait(false)).GetProperty("object"));
        }
        catch (GitHubException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private static string Sha(JsonElement item) => item.GetProperty("sha").GetString() is { } sha && HexDigits().IsMatch(sha)
        ? sha
        : throw new GitHubException(null, "the answer names no object");

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*\z")]
    private static partial Regex BranchName();

    [GeneratedRegex(@"^[0-9a-f]{40,64}\z")]
    private static partial Regex HexDigits();
}
