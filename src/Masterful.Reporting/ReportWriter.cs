using Masterful.Results;

namespace Masterful.Reporting;

/// <summary>Writes the report of a run into the folder that has its result.</summary>
public static class ReportWriter
{
    /// <summary>The name of the Markdown report.</summary>
    public const string MarkdownName = "report.md";

    /// <summary>The name of the HTML report.</summary>
    public const string HtmlName = "report.html";

    /// <summary>A contact sheet that is larger is not put into the page.</summary>
    internal const long MostSampleBytes = 16 << 20;

    private const long MostSheetBytes = 4 << 20;

    /// <summary>
    /// Reads <c>result.json</c> and, where it stands, <c>policies.json</c> in <paramref name="folder"/>, and writes <c>charts/*.png</c>,
    /// <c>report.md</c> and, when asked for, <c>report.html</c> beside them. All is drawn and stored before the first file takes its
    /// place; a report that can't be stored leaves the folder as it was.
    /// </summary>
    /// <returns>Full paths of the files written.</returns>
    /// <exception cref="InvalidDataException">The result or the policies are not files of this kind, or of a newer layout.</exception>
    /// <exception cref="IOException">The result is missing, or the disk is full or not writable.</exception>
    public static IReadOnlyList<string> Write(string folder, ReportOptions options)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(options);
        var result = ResultFiles.Read<RunResult>(Path.Combine(folder, ResultFiles.ResultName));
        var policiesPath = Path.Combine(folder, ResultFiles.PoliciesName);
        var policies = File.Exists(policiesPath) ? ResultFiles.Read<PoliciesFile>(policiesPath) : null;
        var files = Render(result, policies, ReadSamples(folder, result.Dataset), options, ReadMisclassified(folder));
        var root = new RootFolder(folder);
        RemoveLeftovers(root);
        StagedFiles.Write(root, files);
        foreach (var stale in ReportCharts.Names.Select(name => "charts/" + name).Append(HtmlName).Where(name => files.All(f => f.Path != name)))
        {
            File.Delete(root.Place(stale));
        }

        return [.. files.Select(file => Path.GetFullPath(Path.Combine(folder, file.Path)))];
    }

    /// <summary>What writers of this folder that were killed have left in it.</summary>
    private static void RemoveLeftovers(RootFolder root)
    {
        StagedFile.RemoveLeftovers(root.Folder);
        StagedFile.RemoveLeftovers(Path.GetDirectoryName(root.Place("charts/any"))!);
    }

    /// <summary>The report's files by path in its folder.</summary>
    internal static IReadOnlyList<(string Path, byte[] Bytes)> Render(
        RunResult result, PoliciesFile? policies, ReportImage? samples, ReportOptions options, (MisclassifiedFile File, byte[]? Sheet)? misclassified = null)
    {
        var charts = new ReportCharts(result, policies);
        var markdown = new ReportMarkdown(result, charts, samples).Build().ToString();
        List<(string, byte[])> files = [.. charts.All.Select(chart => (chart.Path, chart.Bytes)), (MarkdownName, System.Text.Encoding.UTF8.GetBytes(markdown))];
        if (options.Html)
        {
            var html = HtmlPage.Render(markdown, samples, new RunPage(result, policies, misclassified?.File, misclassified?.Sheet));
            files.Add((HtmlName, System.Text.Encoding.UTF8.GetBytes(html)));
        }

        return files;
    }

    /// <summary>The misclassified images with their picture, where the run wrote them.</summary>
    private static (MisclassifiedFile File, byte[]? Sheet)? ReadMisclassified(string folder)
    {
        var path = Path.Combine(folder, MisclassifiedFile.Name);
        if (!File.Exists(path))
        {
            return null;
        }

        var file = ResultFiles.Read<MisclassifiedFile>(path);
        var sheet = new FileInfo(Path.Combine(folder, MisclassifiedFile.SheetName));
        return (file, file.Sheet is not null && sheet.Exists && sheet.LinkTarget is null && sheet.Length <= MostSheetBytes ? File.ReadAllBytes(sheet.FullName) : null);
    }

    /// <summary>The contact sheet, when it is a PNG or JPEG of sensible size inside the folder.</summary>
    private static ReportImage? ReadSamples(string folder, DatasetInfo dataset)
    {
        if (dataset.SamplesImage is not { Length: > 0 } name || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/')
            || name.StartsWith('/') || name.Split('/').Any(part => part is "" or "." or ".."))
        {
            return null;
        }

        var file = new FileInfo(Path.Combine(folder, name));
        if (!file.Exists || file.LinkTarget is not null || file.Length > MostSampleBytes)
        {
            return null;
        }

        var bytes = File.ReadAllBytes(file.FullName);
        return bytes is [0x89, (byte)'P', (byte)'N', (byte)'G', ..] or [0xFF, 0xD8, 0xFF, ..]
            ? new ReportImage(name, () => bytes, $"Samples of the images of {dataset.Name}, by class.")
            : null;
    }
}
