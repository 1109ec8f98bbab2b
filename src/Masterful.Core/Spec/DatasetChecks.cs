using Masterful.Core.Spec.Folders;
using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec;

/// <summary>What must hold between the keys of <c>dataset</c>, and the files that it names.</summary>
internal sealed class DatasetChecks(MasterfulSpec spec, SpecDocument document, SpecProblems problems)
{
    private static readonly string[] SplitNames = ["train", "test", "unlabeled", "synthetic"];
    private readonly bool _isCustom = document.Shown("dataset.format") == "custom";

    /// <summary>Runs all.</summary>
    public void Run()
    {
        CheckFormat();
        CheckLink();
        CheckSources();
        CheckFiles();
        CheckLimits();
        CheckRepeatedFiles();
    }

    private void CheckFormat()
    {
        if (!problems.IsSound("dataset.format") || !document.Has("dataset.format"))
        {
            return;
        }

        if (_isCustom && !document.Has("dataset.type"))
        {
            Report(SpecDiagnostics.MissingKey, "dataset.format", "'dataset.type' is missing; format custom needs the full name of an IImageSource.");
        }

        if (_isCustom && !document.Has("model.assembly"))
        {
            Report(SpecDiagnostics.MissingKey, "dataset.format", "'model.assembly' is missing; format custom needs the assembly that holds dataset.type.");
        }

        if (!_isCustom && document.Has("dataset.type"))
        {
            Report(SpecDiagnostics.Conflict, "dataset.type", "'dataset.type' is for format custom only; remove it or set format: custom.");
        }

        if (spec.Dataset.Format != DatasetFormat.Csv && document.Has("dataset.label_map"))
        {
            Report(SpecDiagnostics.Conflict, "dataset.label_map", "'dataset.label_map' is for format csv only; remove it, or name classes with 'dataset.classes'.");
        }

        if (spec.Dataset.Format != DatasetFormat.Csv && document.Has("dataset.columns"))
        {
            Report(SpecDiagnostics.Conflict, "dataset.columns", "'dataset.columns' is for format csv only; remove it, or set format: csv.");
        }

        if (spec.Dataset.Classes is { } classes && classes.Distinct().Count() < classes.Count)
        {
            Report(SpecDiagnostics.Conflict, "dataset.classes", "'dataset.classes' has a name twice; each class needs a name of its own.");
        }
    }

    private void CheckLink()
    {
        var ground = document.Shown("dataset.background");
        if (ground is null || !problems.IsSound("dataset.background") || !ground.StartsWith("http", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        if (document.Has("dataset.link"))
        {
            Report(SpecDiagnostics.Conflict, "dataset.background", "'dataset.background' and 'dataset.link' both hold an address; keep dataset.link.");
            return;
        }

        problems.Warning(
            SpecDiagnostics.LinkAsBackground,
            spec.PositionOf("dataset.background"),
            "'dataset.background' is what transparent images are put on (none, white or black); the address is taken as 'dataset.link', where it belongs.");
    }

    private void CheckSources()
    {
        foreach (var (index, item) in ((document.Find("dataset.sources") as SpecList)?.Items ?? []).Index())
        {
            var key = $"dataset.sources.{index}.to";
            if (!problems.IsSound(key) || !problems.IsSound("dataset.root") || item is not SpecMap map || (map.Find("to")?.Value as SpecScalar) is not { } to)
            {
                continue;
            }

            var full = spec.Resolve(to.Text);
            if (!IsInside(spec.Directory, full) && !IsInside(spec.Dataset.Root, full))
            {
                Report(SpecDiagnostics.PathEscapes, key, $"'{to.Shown}' must stay inside the spec's folder or dataset.root.");
            }
            else if (spec.Dataset.Sources.Count(s => s.To == full) > 1)
            {
                Report(SpecDiagnostics.Conflict, key, $"two sources go to '{to.Shown}'; give each a file of its own.");
            }
        }
    }

    private void CheckFiles()
    {
        if (_isCustom || !document.Has("dataset.root") || !problems.IsSound("dataset.root"))
        {
            return;
        }

        var files = SplitNames.SelectMany(PathsOf).Concat(PathsOf("validation")).ToList();
        var outside = files.Where(f => Path.IsPathRooted(f.Text) || !IsInsideOrSame(spec.Dataset.Root, Full(f))).ToList();
        foreach (var file in outside)
        {
            Report(SpecDiagnostics.PathEscapes, file.Key, $"'{file.Shown}' must be a relative path that stays inside dataset.root.");
        }

        var missing = files.Except(outside).Where(f => !Path.Exists(Full(f)) && !IsFetched(Full(f)) && !IsPattern(f)).ToList();
        var root = document.Shown("dataset.root");
        if (!Directory.Exists(spec.Dataset.Root))
        {
            if (missing.Count > 0)
            {
                Report(SpecDiagnostics.FileMissing, "dataset.root", $"the folder '{root}' was not found; it is relative to the spec's folder.");
            }

            return;
        }

        foreach (var file in missing)
        {
            var nearest = NearestName.Find(file.Text, NamesIn(Path.GetDirectoryName(Full(file))!));
            var suggestion = LookAlikePath.Find(spec.Dataset.Root, file.Text) is { } alike
                ? $"; {LookAlikes.Spelled(alike.Found)} is there, which differs from {LookAlikes.Spelled(alike.Written)} in {alike.Difference}."
                : nearest is null ? "." : $"; did you mean '{nearest}'?";
            Report(SpecDiagnostics.FileMissing, file.Key, $"'{file.Shown}' was not found in dataset.root ('{root}'){suggestion}");
        }

        foreach (var file in files.Except(outside).Except(missing).Where(f => spec.Dataset.Format == DatasetFormat.Folder != (Directory.Exists(Full(f)) || IsPattern(f))))
        {
            if (!IsFetched(Full(file)) && problems.IsSound("dataset.format"))
            {
                var kind = spec.Dataset.Format == DatasetFormat.Folder ? "is a file, but format folder reads folders" : "is a folder, but this format reads files";
                Report(SpecDiagnostics.FileMissing, file.Key, $"'{file.Shown}' {kind}.");
            }
        }
    }

    private void CheckLimits()
    {
        if (!problems.IsSound("dataset.splits") || document.Find("dataset.splits") is not SpecMap)
        {
            return;
        }

        foreach (var name in spec.Dataset.Limit.Keys.Where(n => !document.Has($"dataset.splits.{n}")))
        {
            Report(SpecDiagnostics.Conflict, $"dataset.limit.{name}", $"'dataset.limit.{name}' caps a split that 'dataset.splits' does not have.");
        }
    }

    private void CheckRepeatedFiles()
    {
        var train = PathsOf("train").Select(f => Full(f)).ToHashSet();
        foreach (var file in PathsOf("test").Concat(PathsOf("validation")).Where(f => !_isCustom && !spec.Dataset.AllowLeaks && train.Contains(Full(f))))
        {
            Report(
                SpecDiagnostics.Conflict,
                file.Key,
                $"'{file.Shown}' trains as well, so that it can't judge; name other files, or a share such as 20%.");
        }
    }

    /// <summary>The files of a split as they are written, those with errors left out.</summary>
    private IEnumerable<WrittenPath> PathsOf(string split)
    {
        var key = split == "validation" ? "dataset.validation" : $"dataset.splits.{split}";
        var isShare = split switch
        {
            "validation" => spec.Dataset.Validation.Name is null,
            "test" => spec.Dataset.Splits.TestShare is not null,
            _ => false,
        };
        return isShare || !problems.IsSound(key)
            ? []
            : document.Find(key) switch
            {
                SpecScalar scalar => [new WrittenPath(key, scalar.Text, scalar.Shown)],
                SpecList list => list.Items.OfType<SpecScalar>().Select((s, i) => new WrittenPath($"{key}.{i}", s.Text, s.Shown)),
                _ => [],
            };
    }

    private string Full(WrittenPath file) => Path.GetFullPath(file.Text, spec.Dataset.Root);

    private bool IsPattern(WrittenPath file) =>
        spec.Dataset.Format == DatasetFormat.Folder && ClassPattern.Of(file.Text) is { } pattern && pattern.Exists(spec.Dataset.Root);

    private bool IsFetched(string path) => spec.Dataset.Sources.Any(s => IsInsideOrSame(path, s.To));

    private static bool IsInside(string folder, string path) => FolderPath.Below(folder, path) is not (null or ".");

    private static bool IsInsideOrSame(string folder, string path) => FolderPath.Below(folder, path) is not null;

    private static IEnumerable<string> NamesIn(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Take(1000).Select(e => Path.GetFileName(e)) : [];

    private void Report(DiagnosticCode code, string key, string message) => problems.Error(code, spec.PositionOf(key), key, message);

    private readonly record struct WrittenPath(string Key, string Text, string Shown);
}
