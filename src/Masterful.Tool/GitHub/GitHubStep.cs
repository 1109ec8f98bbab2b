using System.Globalization;
using System.Text;
using Masterful.Core.Spec;
using Masterful.Reporting.PullRequest;
using Masterful.Results;

namespace Masterful.Tool.GitHub;

/// <summary>
/// What a step leaves behind for the workflow: outputs and the job summary. Neither is the result: a file that can't be written costs a
/// warning, and never the gate's word.
/// </summary>
internal static class GitHubStep
{
    /// <summary>The variable with the file of a step's outputs.</summary>
    public const string OutputVariable = "GITHUB_OUTPUT";

    /// <summary>The variable with the file of a step's summary.</summary>
    public const string SummaryVariable = "GITHUB_STEP_SUMMARY";

    /// <summary>Appends the result's outputs; nothing outside a workflow.</summary>
    /// <param name="call">The command.</param>
    /// <param name="result">The result.</param>
    /// <param name="reportFolder">Full path of the folder that has it.</param>
    public static void WriteOutputs(CommandCall call, RunResult result, string reportFolder) => Append(call, OutputVariable, _ => Outputs(
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
    ]));

    /// <summary>Values of any content: each between delimiters that nobody could have guessed.</summary>
    public static string Outputs(IEnumerable<(string Name, string Value)> outputs)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in outputs)
        {
            var delimiter = $"end-{Guid.NewGuid():N}";
            text.Append(CultureInfo.InvariantCulture, $"{name}<<{delimiter}\n{value}\n{delimiter}\n");
        }

        return text.ToString();
    }

    /// <summary>Appends the summary, as long as the step's file has room for.</summary>
    public static void WriteSummary(CommandCall call, PullRequestPage page) =>
        Append(call, SummaryVariable, taken =>
        {
            try
            {
                return page.Summary((int)Math.Min(taken, int.MaxValue));
            }
            catch (InvalidOperationException)
            {
                throw new IOException($"it has {taken} bytes already, and GitHub shows no more than {PullRequestPage.MostSummaryBytes}.");
            }
        });

    /// <summary>Appends to a file that a variable names.</summary>
    /// <param name="call">The command.</param>
    /// <param name="variable">The variable.</param>
    /// <param name="text">What to append to a file that has so many bytes.</param>
    private static void Append(CommandCall call, string variable, Func<long, string> text)
    {
        if (call.Host.Environment(variable) is not { Length: > 0 } file)
        {
            return;
        }

        try
        {
            File.AppendAllText(file, text(File.Exists(file) ? new FileInfo(file).Length : 0));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            call.Log.Diagnostic(new Diagnostic(
                ToolDiagnostics.StepFileTrouble, DiagnosticSeverity.Warning, $"{variable} can't be written: {Cause.Of(e)} {ToolDiagnostics.StepFileTrouble.Remedy}"));
        }
    }

    private static string Number(double? value) =>
        value is { } number && double.IsFinite(number) ? number.ToString("0.######", CultureInfo.InvariantCulture) : "";
}
