using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec;

/// <summary>What must hold between the keys of <c>model</c>, and the files that it names.</summary>
internal sealed class ModelChecks(MasterfulSpec spec, SpecDocument document, SpecProblems problems)
{
    private static readonly string[] Kinds = ["model.architecture", "model.type", "model.torchscript"];

    /// <summary>Runs all.</summary>
    public void Run()
    {
        if (document.Find("model") is not SpecMap)
        {
            return;
        }

        CheckKind();
        CheckFile("model.assembly", spec.Model.Assembly, "build the model project first, or correct the path");
        CheckFile("model.torchscript", spec.Model.TorchScript, "correct the path");
        CheckOptions();
    }

    private void CheckKind()
    {
        var given = Kinds.Where(document.Has).ToList();
        var ofCustomData = document.Shown("dataset.format") == "custom";
        if (given.Count == 0)
        {
            var assembly = document.Has("model.assembly");
            Missing(assembly
                ? "'model.type' is missing; it must be the full name of the IModelFactory in model.assembly."
                : "'model' needs an architecture, or an assembly and a type in it, or a torchscript file.");
        }

        foreach (var second in given.Skip(1))
        {
            problems.Error(
                SpecDiagnostics.Conflict, spec.PositionOf(second), second, $"'{given[0]}' and '{second}' exclude each other; keep the model that is meant.");
        }

        if (document.Has("model.type") && !document.Has("model.assembly"))
        {
            Missing("'model.assembly' is missing; it must be the path of the assembly that holds model.type.");
        }

        if (document.Has("model.assembly") && given.Count > 0 && !document.Has("model.type") && !ofCustomData)
        {
            problems.Error(
                SpecDiagnostics.Conflict,
                spec.PositionOf("model.assembly"),
                $"'{given[0]}' and 'model.assembly' exclude each other; keep the model that is meant.");
        }
    }

    private void CheckFile(string key, string? path, string remedy)
    {
        if (path is not null && problems.IsSound(key) && !File.Exists(path))
        {
            problems.Error(SpecDiagnostics.FileMissing, spec.PositionOf(key), key, $"'{document.Shown(key)}' was not found; {remedy}.");
        }
    }

    private void CheckOptions()
    {
        if (document.Find("model.options") is not SpecMap options)
        {
            return;
        }

        if (document.Has("model.torchscript"))
        {
            problems.Error(SpecDiagnostics.Conflict, spec.PositionOf("model.options"), "a torchscript file takes no options; remove 'model.options'.");
        }

        if (spec.Model.Architecture is not { } name || Architectures.Find(name) is not { } architecture)
        {
            return;
        }

        foreach (var entry in options.Entries)
        {
            var option = architecture.Options.FirstOrDefault(o => o.Name == entry.Key);
            if (option is null)
            {
                var names = architecture.Options.Select(o => o.Name).ToList();
                var takes = names.Count == 0 ? "; it takes none." : NearestName.Find(entry.Key, names) is null
                    ? $"; it takes {string.Join(", ", names)}."
                    : NearestName.Question(entry.Key, names);
                problems.Error(SpecDiagnostics.UnknownKey, entry.Position, $"'{entry.Key}' is not an option of {name}{takes}");
            }
            else if (spec.Model.Options.TryGetValue(entry.Key, out var value) && Complaint(option, value) is { } expected)
            {
                problems.Error(SpecDiagnostics.OutOfRange, entry.Value.Position, $"'model.options.{entry.Key}' must be {expected}.");
            }
        }
    }

    private static string? Complaint(ArchitectureOption option, object value) => option switch
    {
        IntegersOption o => value is object[] list && list.Length == o.Count && list.All(i => i is long n && n >= o.Minimum && n <= o.Maximum)
            ? null
            : $"a list of {o.Count} whole numbers from {o.Minimum} to {o.Maximum}",
        WordOption o => value is string word && o.Words.Contains(word) ? null : $"one of {string.Join(", ", o.Words)}",
        _ => null,
    };

    private void Missing(string message) => problems.Error(SpecDiagnostics.MissingKey, spec.PositionOf("model"), message);
}
