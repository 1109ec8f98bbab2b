using Masterful.Core.Pipeline;
using Masterful.Core.Spec;
using Masterful.Core.Spec.Folders;
using Masterful.Reporting;
using Masterful.Results;
using Masterful.Tool.Output;
using Spectre.Console;

namespace Masterful.Tool.Commands;

/// <summary><c>data --labels</c>: a table, a sheet and a few lines on labels that are likely wrong.</summary>
internal static class LabelReport
{
    private const string SheetName = RunFiles.LabelSheet;

    /// <summary>Where the table is written, and where <c>ui</c> looks for it.</summary>
    public static string TablePath(CommonOptions options) => Path.Combine(options.Output ?? "", ResultTables.LabelsName);

    public static async Task<int> WriteAsync(CommandCall call, MasterfulSpec spec, int folds, string? sheet)
    {
        var audit = await TrainingSession.AuditLabelsAsync(call, spec, new LabelAuditOptions(folds, LabelSheet.Capacity)).ConfigureAwait(false);
        var (table, picture) = (TablePath(call.Options), sheet ?? Path.Combine(call.Options.Output ?? "", SheetName));
        AtomicFile.Write(table, ResultTables.LabelsCsv(audit.Findings));
        var problem = PictureFile.Write(
            picture, () => LabelSheet.Render(spec.Dataset.Name, audit.Findings, audit.Samples, audit.Shape.Height, audit.Shape.Width, audit.Classes));
        call.Log.Result(Text(spec, audit, table, problem is null ? picture : null), Data(audit, table, problem is null ? picture : null));
        return PictureFile.Tell(call.Log, problem);
    }

    private static object Data(LabelAudit audit, string table, string? sheet) => new
    {
        images = audit.ClassCounts.Sum(),
        folds = audit.Folds,
        policy = audit.PolicyName,
        errorRate = audit.Estimate.ErrorRate,
        estimatedWrongShare = audit.Estimate.WrongShare,
        classes = audit.Classes.Select((name, c) => new
        {
            name,
            images = audit.ClassCounts[c],
            estimatedWrongShare = audit.Estimate.WrongShareOf(c),
            listed = audit.Issues.Count(i => i.Given == c),
        }),
        listed = audit.Findings.Count,
        notes = audit.Notes,
        table,
        sheet,
    };

    private static string Text(MasterfulSpec spec, LabelAudit audit, string path, string? sheet)
    {
        var images = audit.ClassCounts.Sum();
        var table = new Table().Border(TableBorder.Simple).AddColumn("label")
            .AddColumn(new TableColumn("images").RightAligned())
            .AddColumn(new TableColumn("estimated wrong").RightAligned())
            .AddColumn(new TableColumn("listed").RightAligned())
            .AddColumn("most often instead");
        for (var c = 0; c < audit.Classes.Count; c++)
        {
            var instead = audit.Estimate.MostOftenInstead(c) is { } other ? Name(audit.Classes[other]) : "";
            table.AddRow(Name(audit.Classes[c]), $"{audit.ClassCounts[c]:N0}", Figures.Percent(audit.Estimate.WrongShareOf(c), 1), $"{audit.Issues.Count(i => i.Given == c):N0}", instead);
        }

        string[] lines =
        [
            $"{PlainText.OneLine(spec.Dataset.Name)}: {images:N0} labels of train and validation, {audit.Folds} folds, policy {audit.PolicyName}",
            PlainText.Of(table),
            $"models disagree with    {Figures.Percent(audit.Estimate.ErrorRate, 1)} of the labels (cross-validated error)",
            $"estimated wrong         {Figures.Percent(audit.Estimate.WrongShare, 1)} of the labels, about {audit.Estimate.WrongShare * images:N0}; too many where the models are confidently wrong",
            $"listed, surest first    {audit.Findings.Count:N0} in {path}",
            $"exact copies, unlike    {audit.Issues.Count(i => i.Copies.Count > 0):N0} of them",
            $"the surest to look at   {(sheet is null ? "no picture: see below" : $"{sheet} (given label → suggestion)")}",
            "Look before you change a label: an unusual image can be labelled right.",
            .. audit.Notes,
        ];
        return string.Join(Environment.NewLine, lines);

        static string Name(string name) => Markup.Escape(PlainText.OneLine(name));
    }
}
