using System.Globalization;
using Masterful.Results;
using static Masterful.Reporting.MarkdownText;

namespace Masterful.Reporting;

/// <summary>A run's report as GitHub Markdown, section by section.</summary>
internal sealed class ReportMarkdown(RunResult result, ReportCharts charts, ReportImage? samples)
{
    /// <summary>The heading above the table of contents.</summary>
    public const string ContentsTitle = "Contents";

    /// <summary>Letters of a file's name and of why it can't be read.</summary>
    private const int LongestReason = 1000;

    /// <summary>Rows that a table of classes shows before it points to the CSV.</summary>
    private const int MostClassRows = 100;

    private readonly MarkdownPage _page = new();

    public override string ToString() => _page.ToString();

    /// <summary>Writes all sections in their order.</summary>
    public ReportMarkdown Build()
    {
        (string Title, Action Write)[] sections =
        [
            ("Overview", Overview), ("Dataset Information", Dataset), ("Model", Model), ("Training Policy", Policy),
            ("Predicted Improvements", Improvements), ("Validation Loss Improvement", ValidationLoss),
            ("Recall Improvement", Recall), ("Precision Improvement", Precision), ("Error Rate Reduction", ErrorRate),
            .. result.Search is { Doses.Count: > 0 } search ? [("Added Images", () => AddedImages(search.Doses))] : Array.Empty<(string, Action)>(),
            ("Gate", Gate), ("Reproduce", Reproduce),
        ];
        _page.Heading(1, $"Masterful report: {Escape(result.Dataset.Name)}");
        _page.Paragraph($"**{GateText.Verdict(result.Gate.Status)}** — {Summary()}");
        _page.Heading(2, ContentsTitle).List(sections.Select(s => $"[{s.Title}](#{Anchor(s.Title)})"));
        foreach (var (title, write) in sections)
        {
            _page.Heading(2, title);
            write();
        }

        return this;
    }

    /// <summary>The anchor that GitHub gives to a heading of letters and spaces.</summary>
    private static string Anchor(string title) => title.ToLowerInvariant().Replace(' ', '-');

    private string Summary()
    {
        var rates = $"{EvaluatedSplit.Word(result)} error {Figures.Percent(result.Original.ErrorRate)} → {Figures.Percent(result.Masterful.ErrorRate)}";
        var outcome = ComparisonOutcome.Of(result.Original, result.Masterful, result.Comparison);
        return outcome switch
        {
            ComparisonOutcome.NoResult => double.IsFinite(result.Original.ErrorRate) && double.IsFinite(result.Masterful.ErrorRate)
                ? $"No error-rate reduction could be computed: {rates}."
                : $"No error-rate reduction could be computed, since {Why()}: {rates}.",
            ComparisonOutcome.NoErrors or ComparisonOutcome.ErrorsFromNone => $"There is no error-rate reduction: {Why()}. {char.ToUpperInvariant(rates[0])}{rates[1..]}.",
            _ => $"The masterful model makes **{ComparisonOutcome.Amount(result.Comparison.ErrorRateReduction!.Value, "as many errors")}** "
                + $"{(result.Comparison.ErrorRateReduction == 0 ? "as" : "than")} the original{(outcome == Verdict.WithinNoise ? ", which is within noise" : "")}{Interval(" (", ")")}: {rates}.",
        };
    }

    /// <summary>Why there is no reduction.</summary>
    private string? Why() => ComparisonOutcome.WhyNone(result.Original, result.Masterful, result.Comparison);

    private string Interval(string before, string after) => result.Comparison is { Low: { } low, High: { } high } && double.IsFinite(low) && double.IsFinite(high)
        ? $"{before}reduction {Figures.Percent(low, 1)} to {Figures.Percent(high, 1)} at {Figures.Percent(result.Comparison.Confidence, 0)} confidence{after}"
        : "";

    private void Overview()
    {
        var recipe = result.Recipe;
        _page.Paragraph(
            $"{Code(result.Model.Name)} was trained on {Escape(result.Dataset.Name)} in two ways: the **original** model without any training policy, and the "
            + $"**masterful** model with the policy {Code(result.Policy.Name)}. Both share the architecture, the data and the recipe "
            + $"({recipe.Epochs} epochs, {Code(recipe.Optimizer)}, batches of {recipe.BatchSize}), and were trained {Times(recipe.Seeds)}{(recipe.Seeds > 1 ? ", in pairs that share their seed" : " from the same seed")}. "
            + "The policy was chosen on images held out from training. "
            + (EvaluatedSplit.IsTest(result) ? "The test images were opened once, for the figures below." : "The figures below were measured on those same images, which flatters the policy."));
        if (result.Notes.Count > 0)
        {
            _page.Paragraph("What a reviewer should know:").List(result.Notes.Select(Sentence));
        }
    }

    private static string Times(int seeds) => seeds switch { 1 => "once", 2 => "twice", _ => $"{seeds} times" };

    private void Dataset()
    {
        var dataset = result.Dataset;
        if (dataset.Description is { Length: > 0 } description)
        {
            _page.Paragraph(Sentence(description));
        }

        List<IReadOnlyList<string>> facts =
        [
            ["Name", Escape(dataset.Name)],
            ["Format", Code(dataset.Format)],
            ["Classes", dataset.Classes.Count.ToString(CultureInfo.InvariantCulture)],
            .. dataset.Counts.Where(c => c.Value > 0).Select(c => (IReadOnlyList<string>)[$"Images in {Escape(c.Key)}", Figures.Count(c.Value)]),
            .. dataset.Health.WithoutLabel == 0 ? [] : (IReadOnlyList<string>[])[["Images of train without a label", $"{Figures.Count(dataset.Health.WithoutLabel)}, which count as unlabeled"]],
            .. dataset.Health.Sizes.Take(5).Select(s => (IReadOnlyList<string>)["Image size as stored", $"{Escape(s.Key)} ({Figures.Count(s.Value)})"]),
            .. dataset.Health.Mean.Count == 0 ? [] : (IReadOnlyList<string>[])
            [
                ["Mean of each channel, 0 to 255", string.Join(", ", dataset.Health.Mean.Select(m => Figures.Short(m, 1)))],
                ["Standard deviation of each channel", string.Join(", ", dataset.Health.StandardDeviation.Select(m => Figures.Short(m, 1)))],
            ],
            .. dataset.Health.Transparent == 0 ? [] : (IReadOnlyList<string>[])
            [
                ["Images with transparent parts", $"{Figures.Count(dataset.Health.Transparent)}, {Grounded(dataset.Health.Background)}"],
            ],
            ["Fingerprint", Code(dataset.Fingerprint)],
        ];
        if (Link("Where it comes from", dataset.Background) is { } link)
        {
            facts.Insert(1, ["Background", link]);
        }

        _page.Table([new("Data set"), new("")], facts);
        _page.Paragraph("**Health**, checked before any training:");
        _page.Table([new("Check"), new("Found", Right: true), new("")],
        [
            Check("Test images that also stand in train or select", dataset.Health.Leaks),
            Check("Exact copies within a split", dataset.Health.Duplicates),
            Check("Exact copies with different labels", dataset.Health.ConflictingLabels),
            Check("Files that could not be read", dataset.Health.Unreadable),
            .. dataset.Health.WithoutEnd == 0 ? [] : (IReadOnlyList<string>[])[Check("Files that lack their end, all pixels there", dataset.Health.WithoutEnd)],
            .. dataset.Health.Constant == 0 ? [] : (IReadOnlyList<string>[])[Check("Images of a single colour", dataset.Health.Constant)],
        ]);
        if (dataset.Health.Warnings.Count > 0)
        {
            _page.List(dataset.Health.Warnings.Take(50).Select(Sentence));
        }

        if (dataset.Health.UnreadableFiles.Count > 0)
        {
            _page.Paragraph($"**Left out**, since they can't be read ({Code("dataset.on_unreadable: skip")}); no figure of this report counts them:");
            _page.Table(
                [new("Split"), new("File"), new("Why")],
                dataset.Health.UnreadableFiles.Select(f => (IReadOnlyList<string>)[Escape(f.Split), Escape(f.File, LongestReason), Escape(f.Reason, LongestReason)]));
        }

        Show(charts.Labels, ByClass("The images of each class were not counted."));
        if (samples is not null)
        {
            _page.Paragraph("Samples from the training images:").Image(samples.Alternative, samples.Path);
        }
        else
        {
            _page.Paragraph($"There is no contact sheet of the training images: {NoSamples(dataset)}");
        }
    }

    private static string NoSamples(DatasetInfo dataset) => dataset switch
    {
        { SamplesProblem: { Length: > 0 } problem } => $"it could not be drawn ({Sentence(problem.TrimEnd('.'))}).",
        { SamplesImage: { Length: > 0 } name } => $"{Code(name)} is not in the report's folder, or is no picture of up to {ReportWriter.MostSampleBytes >> 20} MiB.",
        _ => "this run drew none.",
    };

    private static string Grounded(string background) =>
        background is "white" or "black" ? $"put on {background}" : "their transparency dropped: the colours stored underneath count";

    private static IReadOnlyList<string> Check(string name, int found) => [name, Figures.Count(found), found == 0 ? "✔" : "▲\u00A0look\u00A0into\u00A0it"];

    private void Model()
    {
        var model = result.Model;
        _page.Table([new("Model"), new("")],
        [
            ["Architecture", Code(model.Name)],
            ["Trainable parameters", Figures.Count(model.Parameters)],
            ["Input (height × width × channels)", string.Join(" × ", model.InputShape)],
            .. model.Options.Select(o => (IReadOnlyList<string>)[$"Option {Escape(o.Key)}", Code(o.Value)]),
            ["Fingerprint", Code(model.Fingerprint)],
        ]);
    }

    private void Policy()
    {
        var policy = result.Policy;
        var origin = policy.Source switch
        {
            "search" => "found by this run's search",
            "lock" => "taken from the lock file, so no search was needed",
            "trivial-augment" => "TrivialAugment, which the search did not beat",
            "rand-augment" => "RandAugment, which the search did not beat",
            "none" => "empty: nothing that was tested beat the original",
            var other => Escape(other),
        };
        _page.Table([new("Policy"), new("")],
        [
            ["Name", Code(policy.Name)],
            ["Where it comes from", origin],
            ["Engine", Code(result.Run.EngineVersion)],
            .. result.Search is { } search ? (IReadOnlyList<string>[])[["Policies tested", Figures.Count(search.PoliciesTested)]] : [],
        ]);
        if (policy.Values.Count == 0)
        {
            _page.Paragraph("The policy uses no technique: the masterful model is trained as the original is.");
        }
        else
        {
            _page.Table([new("Technique"), new("Value", Right: true), new("What it does to the training images")],
                policy.Values.Select(v => (IReadOnlyList<string>)[Code(v.Axis), Figures.Short(v.Value, 2), TechniqueMeaning.Of(v.Technique, v.Value)]));
            _page.Paragraph(
                "A value is a **magnitude (m)**: how strong, from 0 to 100; a **replacement rate (rr)**: the share of the training examples that the technique "
                + "replaces, from 0 to 1; or a **ratio (r)**: how much is added, relative to the original data.");
        }

        Show(charts.Policies, result.Search is null
            ? "No search ran, so there are no tested policies to compare."
            : "Too few policies were tested for a comparison.");
        if (result.Search is { Groups.Count: > 0 } searched)
        {
            _page.Paragraph("What the search found, group by group. Change is that of the selection loss against the policy so far, with its standard error; negative is better.");
            _page.Table([new("Group"), new("Accepted"), new("Level", Right: true), new("Change", Right: true), new("Why")],
                searched.Groups.Select(g => (IReadOnlyList<string>)
                [
                    Code(g.Name), g.Accepted ? "✔\u00A0yes" : "–\u00A0no", g.Level is { } level ? Figures.Short(level, 1) : "",
                    g.LossDelta is null ? "" : Figures.LossChange(g.LossDelta) + (g.StandardError is null ? "" : $" ± {Figures.Loss(g.StandardError)}"),
                    g.Reason is null ? "" : Sentence(g.Reason),
                ]));
        }
    }

    private void Improvements()
    {
        var (original, masterful) = (result.Original, result.Masterful);
        _page.Paragraph(
            $"Measured on {Figures.Count(EvaluatedSplit.Images(result))} {EvaluatedSplit.Word(result)} images that had no part in training{(EvaluatedSplit.IsTest(result) ? " or in the choice of the policy" : ", but chose the policy")}; "
            + $"means over {result.Recipe.Seeds} paired seed{(result.Recipe.Seeds == 1 ? "" : "s")}. They predict what the masterful model gains on new images of the same kind.");
        var (recall, precision) = (ClassFigure.Mean(ClassFigure.Recall(result)), ClassFigure.Mean(ClassFigure.Precision(result)));
        string Over(int classes) => classes is > 0 && classes < original.Classes.Count ? $"the {classes} classes where both are defined" : "classes";
        var error = ErrorVerdict();
        _page.Table([new("Measure"), new("Original", Right: true), new("Masterful", Right: true), new("Change", Right: true), new("")],
        [
            PercentRow($"{EvaluatedSplit.Title(result)} error", original.ErrorRate, masterful.ErrorRate, error),
            PercentRow($"{EvaluatedSplit.Title(result)} accuracy", 1 - original.ErrorRate, 1 - masterful.ErrorRate, error),
            PercentRow($"Mean recall over {Over(recall.Classes)}", recall.Original, recall.Masterful, VerdictOf("meanRecall")),
            PercentRow($"Mean precision over {Over(precision.Classes)}", precision.Original, precision.Masterful, VerdictOf("meanPrecision")),
            LossRow($"{EvaluatedSplit.Title(result)} loss, nats", original.TestLoss, masterful.TestLoss, VerdictOf("testLoss")),
            LossRow("Validation loss, nats", original.ValidationLoss, masterful.ValidationLoss, VerdictOf("validationLoss")),
        ]);
        if (result.Comparison.Measures.Count > 0)
        {
            _page.Paragraph("A change is better or worse where its interval, paired over images and seeds, excludes 0; else it is within noise: other images or seeds could turn its sign.");
        }
    }

    /// <summary>The verdict on the reduction where there is one; without an error of the original, that on the difference.</summary>
    private string? ErrorVerdict() => ComparisonOutcome.Of(result.Original, result.Masterful, result.Comparison) switch
    {
        ComparisonOutcome.NoResult => Verdict.Undefined,
        ComparisonOutcome.NoErrors => "",
        ComparisonOutcome.ErrorsFromNone => VerdictOf("errorRate"),
        var verdict => verdict,
    };

    private string? VerdictOf(string measure) => result.Comparison.Measures.FirstOrDefault(m => m.Measure == measure)?.Verdict
        ?? (result.Policy.Values.Count == 0 ? Verdict.Same : null);

    private static IReadOnlyList<string> PercentRow(string name, double original, double masterful, string? verdict) =>
        [name, Figures.Percent(original), Figures.Percent(masterful), Unit(Figures.Points(masterful - original), "\u00A0points"), CellOf(masterful - original, verdict)];

    private static IReadOnlyList<string> LossRow(string name, double original, double masterful, string? verdict) =>
        [name, Figures.Loss(original), Figures.Loss(masterful), Figures.LossChange(masterful - original), CellOf(masterful - original, verdict)];

    private static string CellOf(double change, string? verdict) => double.IsFinite(change) ? VerdictText.Cell(verdict) : "";

    private static string Unit(string figure, string unit) => figure == Figures.Missing ? figure : figure + unit;

    private void ValidationLoss()
    {
        _page.Paragraph(
            "Validation loss is the mean cross-entropy on the images held out for selection: how surprised the model is by the true labels, in nats. "
            + "Techniques are added one after the other in the order of the search, and each bar is what the loss changes when one joins"
            + (result.Attribution.Count > 0 ? Found(result.Attribution) : "."));
        Show(charts.Waterfall, result.Attribution.Count > 0
            ? "A loss is missing, so the steps can't be drawn from one to the other."
            : result.Policy.Values.Count == 0
            ? "The policy uses no technique, so there is nothing to attribute."
            : $"What each technique contributes was not measured in this run. In all, validation loss went from {Figures.Loss(result.Original.ValidationLoss)} to {Figures.Loss(result.Masterful.ValidationLoss)}.");
        if (result.Attribution.Count == 0)
        {
            return;
        }

        if (charts.WaterfallOfError is { } errors)
        {
            _page.Paragraph("The same trainings by the share of those images that they put into a wrong class:").Image(errors.Alternative, errors.Path);
        }

        var leftOut = result.Attribution.Any(s => s.LeaveOneOutDelta is not null);
        List<TableColumn> columns = [new("Technique added"), new("Change of loss", Right: true), new("Change of error, points", Right: true)];
        if (leftOut)
        {
            columns.AddRange([new("Loss if left out", Right: true), new("Error if left out, points", Right: true)]);
        }

        _page.Table([.. columns, new("")], result.Attribution.Select(step =>
        {
            List<string> row =
            [
                Named(Code(step.Technique)),
                WithError(Figures.LossChange(step.ValidationLossDelta), Figures.Loss(step.StandardError)),
                WithError(Figures.Points(step.ErrorRateDelta), Figures.PointsOf(step.ErrorRateStandardError)),
            ];
            if (leftOut)
            {
                row.Add(WithError(Figures.LossChange(step.LeaveOneOutDelta), Figures.Loss(step.LeaveOneOutStandardError)));
                row.Add(WithError(Figures.Points(step.LeaveOneOutErrorRateDelta), Figures.PointsOf(step.LeaveOneOutErrorRateStandardError)));
            }

            return (IReadOnlyList<string>)[.. row, VerdictText.Cell(VerdictText.Of(step))];
        }));
        _page.Paragraph(
            "Behind each ± stands one standard error, over other seeds and other images, widened as the seeds are few. A change of loss of less than two is within noise: another run could turn its sign."
            + (leftOut ? " *If left out* is the change when the technique alone is taken out of the whole policy: above 0, it is missed." : ""));
    }

    /// <summary>What the bars say, for who reads one sentence.</summary>
    private static string Found(IReadOnlyList<AttributionStep> steps)
    {
        string Names(Func<AttributionStep, bool> which) => string.Join(", ", steps.Where(which).Select(s => Named(Code(s.Technique))));
        var (better, worse, open) = (
            Names(s => s is { Significant: true, ValidationLossDelta: < 0 }), Names(s => s is { Significant: true, ValidationLossDelta: > 0 }), Names(s => !s.Significant));
        return (better.Length > 0 ? $": {better} lowered it beyond noise" : ": none lowered it beyond noise")
            + (worse.Length > 0 ? $", {worse} raised it" : "") + (open.Length > 0 ? $", and of {open} this run can't tell" : "") + ".";
    }

    /// <summary>A change with its standard error; nothing where the change was not measured.</summary>
    private static string WithError(string change, string error) =>
        change == Figures.Missing ? "" : error == Figures.Missing ? change : $"{change}\u00A0±\u00A0{error}";

    private void Recall()
    {
        _page.Paragraph(
            "Recall answers: of the images that truly belong to a class, what share does the model find? With true positives TP and false negatives FN it is TP / (TP + FN).");
        Show(charts.Recall, ByClass("There are no figures by class."));
        Classes("Recall", ClassFigure.Recall(result));
    }

    private void Precision()
    {
        _page.Paragraph(
            "Precision answers: of the images that the model takes for a class, what share truly belongs to it? With true positives TP and false positives FP it is TP / (TP + FP).");
        Show(charts.Precision, ByClass("There are no figures by class."));
        Classes("Precision", ClassFigure.Precision(result));
    }

    private void Classes(string measure, IReadOnlyList<ClassFigure> classes)
    {
        if (classes.Count == 0)
        {
            return;
        }

        _page.Paragraph(VerdictText.Count(measure, [.. classes.Select(c => c.Verdict)]) is { Length: > 0 } count ? count : "The result has no paired intervals, so no class is called better or worse.");
        _page.Table([new("Class", Right: true), new("Name"), new($"{EvaluatedSplit.Title(result)} images", Right: true), new("Original", Right: true), new("Masterful", Right: true), new("Change, points", Right: true), new("")],
            classes.Take(MostClassRows).Select((c, i) => (IReadOnlyList<string>)
            [
                i.ToString(CultureInfo.InvariantCulture), Named(Escape(c.Name)), Figures.Count(c.Support),
                WithInterval(c.Original), WithInterval(c.Masterful), ChangeOf(c.Change), VerdictText.Cell(c.Verdict),
            ]));
        _page.Paragraph((classes.Count > MostClassRows ? $"The first {MostClassRows} classes; all of them are in [classes.csv](classes.csv). " : "")
            + $"In brackets: Wilson intervals at {Figures.Percent(result.Comparison.Confidence, 0)} confidence; of a change, the interval over images and paired seeds at which it is judged, "
            + $"widened for {classes.Count} classes (Holm's correction)."
            + (classes.Any(c => c.Verdict == Verdict.Undefined) ? $" {Figures.Missing} is a figure that is undefined: {(measure == "Recall" ? "the class has no image here" : "a model never takes an image for the class")}." : ""));
    }

    /// <summary>A change with its interval, in points.</summary>
    private static string ChangeOf(Estimate change) => Figures.Points(change.Value, 1)
        + (double.IsFinite(change.Value) && double.IsFinite(change.Low) && change.High > change.Low ? $" ({Figures.Points(change.Low, 1)} to {Figures.Points(change.High, 1)})" : "");

    private static string Named(string name) => name.Length == 0 ? "*no name*" : name;

    private static string WithInterval(Estimate figure) => double.IsFinite(figure.Value)
        ? $"{Figures.Percent(figure.Value, 1)} ({Figures.Percent(figure.Low, 1)} to {Figures.Percent(figure.High, 1)})"
        : Figures.Missing;

    private void ErrorRate()
    {
        _page.Paragraph(
            $"The error rate is the share of {EvaluatedSplit.Word(result)} images that the model puts into a wrong class. The reduction is the share of the original's errors that the masterful "
            + "model does not make: (original − masterful) / original.");
        Show(charts.ErrorRate, "The error rate was not measured.");
        var comparison = result.Comparison;
        List<IReadOnlyList<string>> rows =
        [
            ["Error-rate reduction", Figures.Percent(comparison.ErrorRateReduction, 1) + (Why() is { } why ? $" ({why})" : "")],
            [$"Its interval at {Figures.Percent(comparison.Confidence, 0)} confidence, by bootstrap over seeds and images", Range(comparison.Low, comparison.High)],
            ["The same by the delta method, as a cross-check", Range(comparison.DeltaLow, comparison.DeltaHigh)],
            ["McNemar's test on the first pair of seeds, p", Probability(comparison.McnemarP)],
            ["Original error of each seed", Seeds(result.Original)],
            ["Masterful error of each seed", Seeds(result.Masterful)],
        ];
        _page.Table([new("Comparison"), new("", Right: true)], rows);
        if (comparison.McnemarP is not null)
        {
            _page.Paragraph("McNemar's p is the probability that two equally good models would differ at least as much on these images by chance.");
        }
    }

    private static string Range(double? low, double? high) => low is null || high is null ? Figures.Missing : $"{Figures.Percent(low, 1)} to {Figures.Percent(high, 1)}";

    private static string Probability(double? p) => p switch
    {
        null or double.NaN => Figures.Missing,
        < 0.0001 => "< 0.0001",
        { } value => Figures.Number(value, 4),
    };

    private static string Seeds(ArmResult arm) => arm.ErrorRatePerSeed.Count == 0 ? Figures.Missing : string.Join(", ", arm.ErrorRatePerSeed.Select(e => Figures.Percent(e)));

    private void Gate()
    {
        _page.Paragraph($"**{GateText.Verdict(result.Gate.Status)}.**");
        if (result.Gate.Rules.Count == 0)
        {
            _page.Paragraph("The spec sets no rule.");
            return;
        }

        _page.Table(GateText.Columns, GateText.Rows(result.Gate));
        if (result.Gate.Status == "inconclusive")
        {
            _page.Paragraph(result.Gate.Rules.Any(r => r.Reason == ComparisonOutcome.NoErrors)
                ? "Inconclusive means here that no share of errors can go away where there are none: more or harder test images would tell, and `max_error_rate` can be asked of these."
                : "Inconclusive means that the figure is good enough, but that its interval still reaches 0: more seeds or more test images would tell.");
        }
    }

    private void Reproduce()
    {
        var run = result.Run;
        if (run.Commands.Count > 0)
        {
            _page.Block(CodeBlock("sh", run.Commands));
        }

        _page.Table([new("Run"), new("")],
        [
            ["Run", Code(run.Id)],
            ["Started", Time(run.StartedAt)],
            ["Took", Figures.Duration((run.FinishedAt - run.StartedAt).TotalSeconds)],
            ["Device", Code(run.Device)],
            .. run.Hardware is null ? [] : (IReadOnlyList<string>[])[["Hardware", Escape(run.Hardware)]],
            ["Peak memory", run.PeakMemory > 0 ? $"{Figures.Count(run.PeakMemory >> 20)} MiB" : Figures.Missing],
            ["Masterful", Code(run.EngineVersion)],
            .. run.Versions.Select(v => (IReadOnlyList<string>)[Escape(v.Key), Code(v.Value)]),
            ["Seed of the spec", run.Seed.ToString(CultureInfo.InvariantCulture)],
            ["Paired seeds", result.Recipe.Seeds.ToString(CultureInfo.InvariantCulture)],
            ["Epochs", result.Recipe.Epochs.ToString(CultureInfo.InvariantCulture)],
            ["Batch size", result.Recipe.BatchSize.ToString(CultureInfo.InvariantCulture)],
            ["Learning rate", Figures.Short(result.Recipe.LearningRate, 6) + (result.Recipe.LearningRateSearched ? " (searched for)" : "")],
            ["Optimizer, weight decay", $"{Code(result.Recipe.Optimizer)}, {Figures.Short(result.Recipe.WeightDecay, 6)}"],
            ["Precision", Code(result.Recipe.Precision)],
            ["Trainings run, reused", $"{Figures.Count(run.TrialsRun)}, {Figures.Count(run.TrialsReused)}"],
        ]);
        Ledger();
        _page.Paragraph(
            "Figures: [result.json](result.json), [policies.json](policies.json), [classes.csv](classes.csv), [confusion.csv](confusion.csv).");
    }

    private void Ledger()
    {
        if (result.Ledger.Count > 0)
        {
            _page.Paragraph("**Ledger**: the work of each stage. An image-pass is one image inferred; training on one counts three. Time is what the trainings took when they ran.");
            _page.Table([new("Stage"), new("Trainings", Right: true), new("Image-passes", Right: true), new("Time", Right: true)],
                result.Ledger.Select(e => (IReadOnlyList<string>)[Code(e.Stage), Figures.Count(e.Trials), Figures.Amount(e.ImagePasses), Figures.Duration(e.Seconds)]));
        }

        if (result.Search is { } search)
        {
            _page.Paragraph($"Finding the policy took {Figures.Short(search.Ratio, 2)} times the work of the final trainings, or that of {Figures.Short(search.Trainings, 1)} single ones: "
                + "the first two stages together, with the short runs that settle learning rate and batch size. It is what `policy.budget.ratio` caps."
                + (search.CutShort is { Length: > 0 } why ? $" It was cut short: {Sentence(why)}" : ""));
        }
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";

    private void AddedImages(IReadOnlyList<DoseInfo> doses)
    {
        _page.Paragraph(
            "Images from elsewhere also mean more steps of training, which lower the loss by themselves. They are therefore measured against a control: the same policy "
            + "without them, trained for as many more epochs as they cost (and, for unlabeled images, as the teacher that labels them costs).");
        foreach (var dose in doses)
        {
            _page.Paragraph($"**{(dose.Accepted > 0 ? "✔ Used" : "○ Not used")}**: {Escape(dose.Reason)}");
            if (dose.Points.Count == 0)
            {
                continue;
            }

            Show(charts.Doses.GetValueOrDefault(dose.Technique), "A loss is missing, so that the doses can't be drawn.");
            List<TableColumn> columns =
            [
                new("Images to draw from", Right: true), new("Validation loss", Right: true), new("Change", Right: true), new("Standard error", Right: true),
                new("Selection error", Right: true),
            ];
            _page.Table(columns, dose.Points.Select(p => (IReadOnlyList<string>)
            [
                p.Share == 0 ? "none (control)" : Figures.Count(p.Images), Figures.Loss(p.ValidationLoss), p.Change is null ? "" : Unit(Figures.Points(p.Change, 1), "%"),
                p.StandardError is null ? "" : Figures.Loss(p.StandardError), Figures.Percent(p.ErrorRate),
            ]));
        }
    }

    /// <summary>Why there is no chart with a row a class.</summary>
    private string ByClass(string otherwise) => result.Dataset.Classes.Count > ReportCharts.MostClasses
        ? $"There are {Figures.Count(result.Dataset.Classes.Count)} classes, too many for a chart; {Code(ResultTables.ClassesName)} has the figures of each."
        : otherwise;

    private void Show(ReportImage? image, string otherwise)
    {
        if (image is null)
        {
            _page.Paragraph(otherwise);
        }
        else
        {
            _page.Image(image.Alternative, image.Path);
        }
    }
}
