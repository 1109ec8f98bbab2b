using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec;

/// <summary>What must hold between what is trained, searched, compared and written.</summary>
internal sealed class EvaluationChecks(MasterfulSpec spec, SpecDocument document, SpecProblems problems)
{
    /// <summary>Runs all.</summary>
    public void Run()
    {
        CheckSplit();
        CheckTechniques();
        if (document.Find("report.path") is not null || document.Find("output.path") is not null)
        {
            CheckFolders();
        }
    }

    private void CheckSplit()
    {
        if (!problems.IsSound("dataset.splits") || document.Find("dataset.splits") is not SpecMap || !problems.IsSound("evaluation.split"))
        {
            return;
        }

        var splits = spec.Dataset.Splits;
        var hasTest = splits.Test.Count > 0 || splits.TestShare is not null;
        if (spec.Evaluation.Split == "test" && !hasTest)
        {
            problems.Error(
                SpecDiagnostics.MissingKey,
                spec.PositionOf("dataset.splits"),
                "'dataset.splits.test' is missing; name the test files or a share of train such as 20%, or set evaluation.split: select.");
        }

        if (spec.Evaluation.Split == "select")
        {
            problems.Warning(
                SpecDiagnostics.Doubtful,
                spec.PositionOf("evaluation.split"),
                "the gate compares on the images that chose the policy, which flatters it; a test split of its own is better.");
        }
    }

    private void CheckTechniques()
    {
        if (document.Find("policy.techniques") is not SpecList || !problems.IsSound("policy.techniques") || !problems.IsSound("dataset.splits"))
        {
            return;
        }

        Check(Technique.Synthetic, spec.Dataset.Splits.Synthetic);
        Check(Technique.Unlabeled, spec.Dataset.Splits.Unlabeled);

        void Check(Technique technique, IReadOnlyList<string> split)
        {
            var name = TechniqueAxis.Of(technique).Name;
            if (split.Count == 0 && spec.Policy.Techniques.Contains(technique))
            {
                problems.Error(
                    SpecDiagnostics.Conflict, spec.PositionOf("policy.techniques"), $"technique '{name}' needs images: name them in 'dataset.splits.{name}'.");
            }
        }
    }

    private void CheckFolders()
    {
        if (problems.IsSound("report.path") && problems.IsSound("output.path") && spec.Report.Path == spec.Output.Path)
        {
            var key = document.Has("output.path") ? "output.path" : "report.path";
            problems.Error(SpecDiagnostics.Conflict, spec.PositionOf(key), "the report and the model would go to the same folder; give each its own.");
        }
    }
}
