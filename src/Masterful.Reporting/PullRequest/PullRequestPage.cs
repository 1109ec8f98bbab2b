using System.Security.Cryptography;
using System.Text;
using Masterful.Results;
using static Masterful.Reporting.MarkdownText;

namespace Masterful.Reporting.PullRequest;

/// <summary>
/// A run's result as a pull request shows it: the comment that is updated in place, and the job summary. The verdict comes first, then
/// the change against the base branch; the rest opens on a click. Everything from data or users is text that can only be read as text.
/// </summary>
public sealed class PullRequestPage
{
    /// <summary>GitHub's limit of a comment, characters.</summary>
    public const int MostCommentCharacters = 65_536;

    /// <summary>GitHub's limit of a step's summary, bytes.</summary>
    public const int MostSummaryBytes = 1_024 << 10;

    private readonly RunResult _result;
    private readonly PullRequestOptions _options;
    private readonly BaseComparison? _base;
    private readonly ClassTable _classes;

    /// <summary>A page of a result.</summary>
    public PullRequestPage(RunResult result, PullRequestOptions options)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(options);
        (_result, _options) = (result, options);
        _base = options.Baseline is { } baseline ? new BaseComparison(result, baseline) : null;
        _classes = new ClassTable(result);
    }

    /// <summary>The hidden first line by which a comment is found again.</summary>
    /// <param name="key">See <see cref="PullRequestOptions.Key"/>.</param>
    public static string Marker(string key) =>
        $"<!-- masterful:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..16]} -->";

    /// <summary>The comment's body, its marker first; at most <see cref="MostCommentCharacters"/> characters.</summary>
    public string Comment() => Page(new FittedPage(MostCommentCharacters, text => text.Length), Marker(_options.Key));

    /// <summary>The job summary.</summary>
    /// <param name="taken">Bytes that stand in the step's summary already.</param>
    public string Summary(int taken = 0) => Page(new FittedPage(MostSummaryBytes - taken, Encoding.UTF8.GetByteCount), null);

    /// <summary>The result in one line of plain text, for outputs and annotations.</summary>
    public static string Line(RunResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return $"{Outcome(result)}: {EvaluatedSplit.Word(result)} error {Figures.Percent(result.Original.ErrorRate)} → {Figures.Percent(result.Masterful.ErrorRate)}";
    }

    private string Page(FittedPage page, string? marker) => page
        .Always((marker is null ? "" : marker + "\n") + $"### {Badge()} {Title()}: {Outcome(_result)}")
        .Always(Lead())
        .Always(Figuring())
        .Add(90, "the gate's rules", Gate())
        .Add(85, "how many classes gained and lost", _classes.Summary())
        .Add(80, "notes", Notes())
        .Add(70, "the chart of the error rate", ErrorChart())
        .Add(60, "what each technique contributes", ContributionChart())
        .Add(50, "the policy", Policy())
        .Add(40, "classes", _classes.Forms())
        .Add(30, "the search", Search())
        .Add(20, "the data", Data())
        .Add(10, "how to reproduce it", Reproduce())
        .Always(Footer())
        .ToString();

    /// <summary>Both models are one then: what would compare them says nothing.</summary>
    private bool UsesNoPolicy => _result.Policy.Values.Count == 0;

    private string Badge() => _result.Gate.Status switch
    {
        "passed" => "✅",
        "failed" => "❌",
        "inconclusive" => "⚠️",
        _ => "⚪",
    };

    private string Title() => _result.Gate.Status switch
    {
        "passed" => "Gate passed",
        "failed" => "Gate failed",
        "inconclusive" => "Gate inconclusive",
        _ => "Gate not evaluated",
    };

    private static string Outcome(RunResult result) => ComparisonOutcome.Short(result.Original, result.Masterful, result.Comparison);

    private string Lead()
    {
        var (comparison, subject) = (_result.Comparison, $"{Code(_result.Model.Name)} on {Escape(_result.Dataset.Name)}");
        var counted = EvaluatedSplit.Images(_result) is > 0 and var count ? Figures.Count(count) + " " : "";
        var images = $"{counted}{EvaluatedSplit.Word(_result)} images";
        if (UsesNoPolicy)
        {
            return $"{subject}: no policy is used, since none was found to lower the error. The model errs on **{Figures.Percent(_result.Original.ErrorRate)}** of the {images}.";
        }

        var interval = comparison is { Low: { } low, High: { } high } && double.IsFinite(low) && double.IsFinite(high)
            ? $" At {Figures.Percent(comparison.Confidence, 0)} confidence the reduction lies between {Figures.Percent(low, 1)} and {Figures.Percent(high, 1)}."
            : ComparisonOutcome.WhyNone(_result.Original, _result.Masterful, comparison) is { } why ? $" There is no error-rate reduction: {why}." : "";
        return $"{subject}: trained with the policy {Code(_result.Policy.Name)} the model errs on **{Figures.Percent(_result.Masterful.ErrorRate)}** of the "
            + $"{images}, without any policy on **{Figures.Percent(_result.Original.ErrorRate)}**.{interval}"
            + (EvaluatedSplit.IsTest(_result) ? "" : " These images also chose the policy, which flatters it.");
    }

    private string Figuring()
    {
        var (now, then) = (_result, _options.Baseline);
        if (then is null)
        {
            return new MarkdownPage()
                .Table([new("Measure"), new("Original", Right: true), new("Masterful", Right: true)],
                [
                    [$"{EvaluatedSplit.Title(now)} error", Rate(now.Original), $"**{Rate(now.Masterful)}**"],
                    ["Validation loss, nats", Figures.Loss(now.Original.ValidationLoss), Figures.Loss(now.Masterful.ValidationLoss)],
                    ["Error-rate reduction", "", Reduction(now)],
                ])
                .Paragraph("No earlier result of the base branch was found to compare with.").ToString();
        }

        var name = Code(_options.BaselineName);
        return new MarkdownPage()
            .Table([new("Measure"), new(name, Right: true), new("This run", Right: true), new("Change", Right: true), new("")],
            [
                [$"{EvaluatedSplit.Title(now)} error, masterful", Rate(then.Masterful), $"**{Rate(now.Masterful)}**", .. Change(Range(now.Masterful), Range(then.Masterful), better: -1)],
                [$"{EvaluatedSplit.Title(now)} error, original", Rate(then.Original), Rate(now.Original), .. Change(Range(now.Original), Range(then.Original), better: -1)],
                ["Error-rate reduction", Reduction(then), Reduction(now), .. Change(Range(now.Comparison), Range(then.Comparison), better: 1)],
                ["Validation loss, nats", Figures.Loss(then.Masterful.ValidationLoss), Figures.Loss(now.Masterful.ValidationLoss),
                    _base!.SameTest ? Figures.LossChange(now.Masterful.ValidationLoss - then.Masterful.ValidationLoss) : "", ""],
                ["Policy", Code(then.Policy.Name), Code(now.Policy.Name), SamePolicy(now.Policy, then.Policy) ? "same" : "another", ""],
            ])
            .Paragraph(Comparability(name)).ToString();
    }

    /// <summary>The two cells of a change: its size with an interval, and what it says.</summary>
    private IReadOnlyList<string> Change((double, double, double) now, (double, double, double) then, int better)
    {
        var (change, half) = BaseComparison.Change(now, then);
        if (!_base!.SameTest || !double.IsFinite(change))
        {
            return ["not comparable", ""];
        }

        var size = $"{Figures.Points(change)}{(double.IsFinite(half) ? $" ± {Figures.Number(half * 100, 2)}" : "")}\u00A0points";
        return _base.Unchanged || change == 0 ? ["none", VerdictText.Cell(Verdict.Same)]
            : [size, VerdictText.Cell(double.IsFinite(half) ? Verdict.Of(change * better, (change * better) - half, (change * better) + half) : Verdict.WithinNoise)];
    }

    private string Comparability(string name)
    {
        if (_base!.Unchanged)
        {
            return $"The same data, model and recipe as on {name}, and the same figures.";
        }

        var differs = _base.Differences.Count == 0 ? "" : $"Besides the policy, this run differs from {name} in {string.Join(", ", _base.Differences)}. ";
        return !_base.SameTest
            ? $"**Not comparable:** the classes or the {EvaluatedSplit.Word(_result)} images are not those of {name}, so no change is claimed. {differs}".TrimEnd()
            : differs + (differs.Contains("the data", StringComparison.Ordinal) ? $"The change is fair only if the {EvaluatedSplit.Word(_result)} images themselves are the same. " : "")
                + "A change is within noise while its interval includes 0; the interval takes the two runs as independent.";
    }

    private static string Rate(ArmResult arm) => double.IsFinite(arm.ErrorRateLow) && arm.ErrorRateHigh > 0
        ? $"{Figures.Percent(arm.ErrorRate)} ({Figures.Percent(arm.ErrorRateLow)} to {Figures.Percent(arm.ErrorRateHigh)})"
        : Figures.Percent(arm.ErrorRate);

    private static string Reduction(RunResult result) => result.Comparison is { Low: { } low, High: { } high }
        ? $"{Figures.Percent(result.Comparison.ErrorRateReduction, 1)} ({Figures.Percent(low, 1)} to {Figures.Percent(high, 1)})"
        : Figures.Percent(result.Comparison.ErrorRateReduction, 1);

    private static (double, double, double) Range(ArmResult arm) => (arm.ErrorRate, arm.ErrorRateLow, arm.ErrorRateHigh);

    private static (double, double, double) Range(ComparisonResult comparison) =>
        (comparison.ErrorRateReduction ?? double.NaN, comparison.Low ?? double.NaN, comparison.High ?? double.NaN);

    private static bool SamePolicy(PolicyInfo now, PolicyInfo then) => now.Values.SequenceEqual(then.Values);

    private string Gate() => _result.Gate.Rules.Count == 0 ? "" : new MarkdownPage().Table(GateText.Columns, GateText.Rows(_result.Gate)).ToString();

    private string Notes() => _result.Notes.Count == 0
        ? ""
        : new MarkdownPage().Paragraph("**What a reviewer should know**").List(_result.Notes.Take(20).Select(Sentence)).ToString();

    private string ErrorChart()
    {
        if (UsesNoPolicy)
        {
            return "";
        }

        List<(string Label, double Error)> bars = [("original", _result.Original.ErrorRate)];
        if (_base is { SameTest: true, Unchanged: false })
        {
            bars.Add(($"masterful on {_options.BaselineName}", _base.Baseline.Masterful.ErrorRate));
        }

        bars.Add(("masterful", _result.Masterful.ErrorRate));
        return Published("error-rate.png", $"{EvaluatedSplit.Title(_result)} error of the original and the masterful model, with intervals.") ?? (bars.TrueForAll(b => double.IsFinite(b.Error))
            ? MermaidChart.Bars($"Wrong in 100 {EvaluatedSplit.Word(_result)} images", "images", [.. bars.Select(b => (b.Label, Figures.Number(b.Error * 100, 2), b.Error * 100))])
            : "");
    }

    private string ContributionChart()
    {
        if (_result.Attribution.Count == 0)
        {
            return "";
        }

        var table = new MarkdownPage().Table(
            [new("Technique added"), new("Change of validation loss", Right: true), new("Standard error", Right: true), new("")],
            _result.Attribution.Select(s => (IReadOnlyList<string>)
            [
                s.Technique.Length == 0 ? "*no name*" : Code(s.Technique), Figures.LossChange(s.ValidationLossDelta),
                s.StandardError is null ? "" : Figures.Loss(s.StandardError),
                VerdictText.Cell(VerdictText.Of(s)),
            ])).ToString();
        var drawing = Published("waterfall.png", "Validation loss from the original to the masterful model, technique by technique.") ?? Waterfall();
        return Collapsed.Of("What each technique contributes", $"{drawing}\n\n{table}");
    }

    /// <summary>The loss after each technique, none for a run in which a loss is missing.</summary>
    private string Waterfall()
    {
        var loss = _result.Original.ValidationLoss;
        List<(string Label, double Loss)> steps = [("original", loss)];
        foreach (var step in _result.Attribution)
        {
            loss += step.ValidationLossDelta;
            steps.Add(($"+ {step.Technique.Replace('_', ' ')}", loss));
        }

        return steps.TrueForAll(s => double.IsFinite(s.Loss) && s.Loss >= 0)
            ? MermaidChart.Bars("Validation loss as techniques are added", "nats", [.. steps.Select(s => (s.Label, Figures.Number(s.Loss, 4), s.Loss))])
            : "";
    }

    private string Policy()
    {
        if (UsesNoPolicy)
        {
            return "";
        }

        var table = new MarkdownPage().Table([new("Technique"), new("Value", Right: true), new("What it does to the training images")],
            _result.Policy.Values.Take(50).Select(v => (IReadOnlyList<string>)[Code(v.Axis), Figures.Short(v.Value, 2), TechniqueMeaning.Of(v.Technique, v.Value)])).ToString();
        var techniques = _result.Policy.Values.Count;
        return Collapsed.Of($"The policy: {techniques} technique{(techniques == 1 ? "" : "s")}", table);
    }

    private string Search()
    {
        var parts = new List<string>();
        if (Published("policies.png", "Every policy that was tested, one line each.") is { } chart)
        {
            parts.Add(chart);
        }

        if (_result.Ledger.Where(e => e.ImagePasses > 0).ToList() is { Count: > 0 } ledger)
        {
            var (unit, size) = ledger.Max(e => e.ImagePasses) >= 1e6 ? ("millions", 1e6) : ("thousands", 1e3);
            parts.Add(MermaidChart.Bars($"Work by stage, {unit} of image-passes", unit, [.. ledger.Select(e => (e.Stage, Figures.Number(e.ImagePasses / size, 1), e.ImagePasses / size))]));
        }

        if (_result.Search is { } search)
        {
            parts.Add($"{Figures.Count(search.PoliciesTested)} policies were tested; finding the policy took {Figures.Short(search.Ratio, 2)} times the work of the final trainings."
                + (search.CutShort is { Length: > 0 } why ? $" The search was cut short: {Sentence(why)}" : ""));
        }

        parts.Add($"{Figures.Count(_result.Run.TrialsRun)} trainings were run and {Figures.Count(_result.Run.TrialsReused)} taken from the journal, "
            + $"in {Figures.Duration((_result.Run.FinishedAt - _result.Run.StartedAt).TotalSeconds)} on {Code(_result.Run.Device)}.");
        return Collapsed.Of($"The work: {Figures.Count(_result.Run.TrialsRun)} trainings run, {Figures.Count(_result.Run.TrialsReused)} reused", string.Join("\n\n", parts));
    }

    private string Data()
    {
        var (data, health) = (_result.Dataset, _result.Dataset.Health);
        var rows = data.Counts.Where(c => c.Value > 0).Take(20).Select(c => (IReadOnlyList<string>)[$"Images in {Escape(c.Key)}", Figures.Count(c.Value)]).ToList();
        if (health.WithoutLabel > 0)
        {
            rows.Add(["Images of train without a label, which count as unlabeled", Figures.Count(health.WithoutLabel)]);
        }

        rows.Add(["Classes", Figures.Count(data.Classes.Count)]);
        rows.Add(["Test images that also stand in train or select", Figures.Count(health.Leaks)]);
        rows.Add(["Exact copies within a split", Figures.Count(health.Duplicates)]);
        rows.Add(["Exact copies with different labels", Figures.Count(health.ConflictingLabels)]);
        rows.Add(["Files that could not be read", Figures.Count(health.Unreadable)]);
        var page = new MarkdownPage().Table([new("Data"), new("", Right: true)], rows);
        if (health.Warnings.Count > 0)
        {
            page.List(health.Warnings.Take(20).Select(Sentence));
        }

        var found = health.Leaks + health.Duplicates + health.ConflictingLabels + health.Unreadable;
        return Collapsed.Of(found == 0 ? "The data: nothing found to look into" : $"The data: {Figures.Count(found)} things to look into", page.ToString());
    }

    private string Reproduce() => _result.Run.Commands.Count == 0
        ? ""
        : Collapsed.Of("Run it yourself", CodeBlock("sh", _result.Run.Commands.Take(10)));

    private string Footer()
    {
        List<string?> parts =
        [
            Link("Whole report", _options.ArtifactUrl), Link("Workflow run", _options.WorkflowUrl),
            _options.Commit is { } commit ? $"commit {Code(commit.Length > 12 ? commit[..10] : commit)}" : null,
            $"Masterful {Code(_result.Run.EngineVersion)}", $"run {Code(_result.Run.Id)}",
        ];
        return $"<sub>{string.Join(" · ", parts.OfType<string>())}</sub>";
    }

    private string? Published(string name, string alternative) =>
        _options.Charts.TryGetValue(name, out var address) && Link(alternative, address) is { } link ? $"!{link}" : null;
}
