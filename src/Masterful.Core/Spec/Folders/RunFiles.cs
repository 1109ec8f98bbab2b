using Masterful.Results;

namespace Masterful.Core.Spec.Folders;

/// <summary>Names of what commands write where they are called or beside the spec, unless they are told otherwise.</summary>
internal static class RunFiles
{
    /// <summary>The report's folder.</summary>
    public const string Report = "masterful-report";

    /// <summary>The trained model's folder.</summary>
    public const string Model = "masterful-model";

    /// <summary>The spec itself.</summary>
    public const string Spec = "masterful.yaml";

    /// <summary>The policy lock, beside the spec.</summary>
    public const string Lock = "masterful.lock.yaml";

    /// <summary>The sheet of <c>data</c>.</summary>
    public const string Sheet = "masterful-data.png";

    /// <summary>The sheet of <c>data --labels</c>.</summary>
    public const string LabelSheet = "masterful-labels.png";

    /// <summary>The table of <c>data --labels</c>.</summary>
    public const string LabelTable = ResultTables.LabelsName;

    /// <summary>The sheet of <c>preview</c>.</summary>
    public const string Preview = "masterful-preview.png";

    /// <summary>Samples of the data, in the report's folder.</summary>
    public const string Samples = "samples.png";

    /// <summary>Full paths of what the commands of a spec write, wherever the spec puts it, and of the spec.</summary>
    public static IReadOnlyList<string> Of(MasterfulSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        string[] paths =
        [
            spec.Path, Path.Combine(spec.Directory, Lock), spec.Report.Path, spec.Output.Path, spec.Runtime.Cache,
            // A report may be written into the very folder of the classes.
            Path.Combine(spec.Report.Path, "charts"), Path.Combine(spec.Report.Path, MisclassifiedFile.SheetName), Path.Combine(spec.Report.Path, Samples),
        ];
        return [.. paths.Select(Path.TrimEndingDirectorySeparator)];
    }
}
