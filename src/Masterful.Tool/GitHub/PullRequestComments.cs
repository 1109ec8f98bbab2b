using System.Globalization;
using System.Text.Json;

namespace Masterful.Tool.GitHub;

/// <summary>The one comment of a pull request that is updated in place.</summary>
internal sealed class PullRequestComments(GitHubApi api)
{
    private const int PageSize = 100;
    private const int MostPages = 50;

    /// <summary>
    /// The pull request of a finished workflow run, by the branch that it ran on: a fork's event does not name it, and what the run
    /// itself says is not to be trusted. Null when there is none at that commit.
    /// </summary>
    public async Task<int?> FindPullRequestAsync(GitHubContext context, CancellationToken cancellation)
    {
        if (context.Head is not { } head)
        {
            return null;
        }

        var found = await api.GetAsync(
            $"pulls?state=open&per_page={PageSize}&head={Uri.EscapeDataString($"{head.Owner}:{head.Branch}")}", cancellation).ConfigureAwait(false);
        foreach (var request in Entries(found))
        {
            if (request.GetProperty("head").GetProperty("sha").GetString() == context.Commit)
            {
                return request.GetProperty("number").GetInt32();
            }
        }

        return null;
    }

    /// <summary>
    /// A pull request that was named, where it is at the commit that was trained. A number alone is no proof that the figures are of it.
    /// </summary>
    /// <param name="number">Its number.</param>
    /// <param name="commit">What was trained.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The number, or null where it is at another commit.</returns>
    public async Task<int?> CheckAsync(int number, string? commit, CancellationToken cancellation)
    {
        var request = await api.GetAsync(string.Create(CultureInfo.InvariantCulture, $"pulls/{number}"), cancellation).ConfigureAwait(false);
        return commit is not null && request.GetProperty("head").GetProperty("sha").GetString() == commit ? number : null;
    }

    /// <summary>Writes the body into the comment that begins with the marker, or into a new one.</summary>
    /// <returns>The comment's address, and whether it is new.</returns>
    public async Task<(string? Url, bool IsNew)> WriteAsync(int pullRequest, string marker, string body, CancellationToken cancellation)
    {
        var known = await FindAsync(pullRequest, marker, cancellation).ConfigureAwait(false);
        var comment = known is { } id
            ? await api.PatchAsync(string.Create(CultureInfo.InvariantCulture, $"issues/comments/{id}"), new { body }, cancellation).ConfigureAwait(false)
            : await api.PostAsync(string.Create(CultureInfo.InvariantCulture, $"issues/{pullRequest}/comments"), new { body }, cancellation).ConfigureAwait(false);
        return (comment.TryGetProperty("html_url", out var url) ? url.GetString() : null, known is null);
    }

    private async Task<long?> FindAsync(int pullRequest, string marker, CancellationToken cancellation)
    {
        for (var page = 1; page <= MostPages; page++)
        {
            var comments = Entries(await api.GetAsync(
                string.Create(CultureInfo.InvariantCulture, $"issues/{pullRequest}/comments?per_page={PageSize}&page={page}"), cancellation).ConfigureAwait(false));
            foreach (var comment in comments)
            {
                if (comment.GetProperty("body").GetString() is { } body && body.StartsWith(marker, StringComparison.Ordinal) && IsTrusted(comment))
                {
                    return comment.GetProperty("id").GetInt64();
                }
            }

            if (comments.Count < PageSize)
            {
                break;
            }
        }

        return null;
    }

    /// <summary>Anyone can write the marker into a comment of their own; only a bot's or a member's is taken over.</summary>
    private static bool IsTrusted(JsonElement comment) =>
        (comment.TryGetProperty("user", out var user) && user.ValueKind == JsonValueKind.Object && user.GetProperty("type").GetString() == "Bot")
        || (comment.TryGetProperty("author_association", out var association) && association.GetString() is "OWNER" or "MEMBER" or "COLLABORATOR");

    private static List<JsonElement> Entries(JsonElement list) => list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];
}
