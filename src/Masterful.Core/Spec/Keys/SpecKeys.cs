using Masterful.Core.Spec.Shapes;

namespace Masterful.Core.Spec.Keys;

/// <summary>
/// All keys of a spec. The loader, its messages and the JSON schema come from this one description; defaults are those of the records.
/// </summary>
internal static class SpecKeys
{
    /// <summary>The version of the spec's format that this engine reads.</summary>
    public const int CurrentVersion = 1;

    private static readonly SpecKey<int> Version = new(
        "version", new IntegerShape(1, CurrentVersion), CurrentVersion, "Version of this file's format: 1.", IsRequired: true);

    private static readonly SpecKey<DatasetSpec> Dataset = new(
        "dataset",
        DatasetKeys.Section,
        new DatasetSpec { Name = "", Format = DatasetFormat.Folder, Root = ".", Splits = new SplitsSpec { Train = [] } },
        "The data.",
        IsRequired: true);

    private static readonly SpecKey<ModelSpec> Model = new(
        "model", ModelKeys.Section, new ModelSpec(), "The model: an architecture of the zoo, a C# model or a TorchScript file.", IsRequired: true);

    private static readonly SpecKey<TrainingSpec> Training = new(
        "training", TrainingKeys.Section, new TrainingSpec(), "How both the original and the masterful model are trained.");

    private static readonly SpecKey<PolicySpec> Policy = new("policy", PolicyKeys.Section, new PolicySpec(), "How the training policy is found.");

    private static readonly SpecKey<EvaluationSpec> Evaluation = new(
        "evaluation", GateKeys.Evaluation, new EvaluationSpec(), "What the two models are compared on.");

    private static readonly SpecKey<GateSpec> Gate = new("gate", GateKeys.Section, new GateSpec(), "What must hold for the build to pass.");

    private static readonly SpecKey<ReportSpec> Report = new("report", PlaceKeys.Report, new ReportSpec(), "Where the report goes.");

    private static readonly SpecKey<OutputSpec> Output = new("output", PlaceKeys.Output, new OutputSpec(), "Where the trained model goes.");

    private static readonly SpecKey<RuntimeSpec> Runtime = new("runtime", PlaceKeys.Runtime, new RuntimeSpec(), "Device, workers, threads and cache.");

    /// <summary>The whole spec; paths are as they are written, and the spec's own path is empty.</summary>
    public static readonly SectionShape<MasterfulSpec> Root = new(
        [Version, Dataset, Model, Training, Policy, Evaluation, Gate, Report, Output, Runtime],
        s =>
        {
            s.Read(Version);
            return new MasterfulSpec
            {
                Path = "",
                Dataset = s.Read(Dataset),
                Model = s.Read(Model),
                Training = s.Read(Training),
                Policy = s.Read(Policy),
                Evaluation = s.Read(Evaluation),
                Gate = s.Read(Gate),
                Report = s.Read(Report),
                Output = s.Read(Output),
                Runtime = s.Read(Runtime),
            };
        });
}
