using System.Globalization;
using System.Text;
using Masterful.Reporting.PullRequest;
using Masterful.Results;

namespace Masterful.Tool.GitHub;

/// <summary>What a step leaves behind for the workflow: outputs and the job summary.</summary>
internal static class GitHubStep
{
    /// <summary>Appends the result's outputs; nothing outside a workflow.</summary>
    /// <param name="context">Where.</param>
    /// <param name="result">The result.</param>
    /// <param name="reportFolder">Full path of the folder that has it.</param>
    public static void WriteOutputs(GitHubContext context, RunResult result, string reportFolder) => AppendOutputs(context.OutputFile,
    [
        ("status", result.Gate.Status),
        ("verdict", PullRequestPage.Line(result)),
        ("original-error-rate", Number(result.Original.ErrorRate)),
        ("error-rate", Number(result.Masterful.ErrorRate)),
        ("error-rate-reduction", Number(result.Comparison.ErrorRateReduction)),
        ("error-rate-reduction-low", Number(result.Comparison.Low)),
        ("error-rate-reduction-high", Number(result.Comparison.High)),
        ("policy", result.Policy.Name),
        ("trials-run", result.Run.TrialsRun.ToString(CultureInfo.InvariantCulture)),
        ("trials-reused", result.Run.TrialsReused.ToString(CultureInfo.InvariantCulture)),
        ("report", reportFolder),
    ]);

    /// <summary>Values of any content: each between delimiters that nobody could have guessed.</summary>
    public static void AppendOutputs(string? file, IEnumerable<(string Name, string Value)> outputs)
    {
        if (file is null)
        {
            return;
        }

        var text = new StringBuilder();
        foreach (var (name, value) in outputs)
        {
            var delimiter = $"end-{Guid.NewGuid():N}";
            text.Append(CultureInfo.InvariantCulture, $"{name}<<{delimiter}\n{value}\n{delimiter}\n");
        }

        File.AppendAllText(file, text.ToString());
    }

    /// <summary>Appends the summary, as long as the step's file has room for.</summary>
    public static void WriteSummary(GitHubContext context, PullRequestPage page)
    {
        if (context.SummaryFile is { } file)
        {
            var taken = File.Exists(file) ? checked((int)new FileInfo(file).Length) : 0;
            File.AppendAllText(file, page.Summary(taken));
        }
    }

    private static string Number(double? value) =>
        value is { } number && double.IsFinite(number) ? number.ToString("0.######", CultureInfo.InvariantCulture) : "";
}
