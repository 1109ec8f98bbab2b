namespace Masterful.Reporting.PullRequest;

/// <summary>A section that a reader opens.</summary>
internal static class Collapsed
{
    /// <param name="title">Words and figures of our own: it stands in HTML, where Markdown's escapes do not hold.</param>
    /// <param name="content">Markdown.</param>
    public static string Of(string title, string content) =>
        $"<details>\n<summary><b>{title}</b></summary>\n\n{content.TrimEnd('\n')}\n\n</details>";
}
