using Masterful.Core.Imaging;
using Masterful.Core.Spec.Folders;

namespace Masterful.Core.Spec;

/// <summary>A whole <c>masterful.yaml</c>, valid and with every default filled in.</summary>
public sealed record MasterfulSpec
{
    /// <summary>Full path of the file. Relative paths in the spec are relative to its folder.</summary>
    public required string Path { get; init; }

    /// <summary>The path as the user gave it, for messages; null when the spec was not read from a file.</summary>
    public string? GivenPath { get; init; }

    /// <summary>Where each key stands in the file, by dotted path (<c>gate.max_error_rate</c>), for diagnostics found later.</summary>
    public IReadOnlyDictionary<string, SourcePosition> Positions { get; init; } = new Dictionary<string, SourcePosition>();

    /// <summary>What of it came from the environment and is not to be published.</summary>
    public EnvironmentValues Environment { get; init; } = EnvironmentValues.None;

    /// <summary>The data.</summary>
    public required DatasetSpec Dataset { get; init; }

    /// <summary>The model.</summary>
    public required ModelSpec Model { get; init; }

    /// <summary>How both arms are trained.</summary>
    public TrainingSpec Training { get; init; } = new();

    /// <summary>How the policy is found.</summary>
    public PolicySpec Policy { get; init; } = new();

    /// <summary>What the gate compares on.</summary>
    public EvaluationSpec Evaluation { get; init; } = new();

    /// <summary>What must hold for the build to pass.</summary>
    public GateSpec Gate { get; init; } = new();

    /// <summary>Where the report goes.</summary>
    public ReportSpec Report { get; init; } = new();

    /// <summary>Where the trained model goes.</summary>
    public OutputSpec Output { get; init; } = new();

    /// <summary>Device, workers, threads and cache.</summary>
    public RuntimeSpec Runtime { get; init; } = new();

    /// <summary>The folder of the spec file.</summary>
    public string Directory => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>The full path of a path in the spec.</summary>
    public string Resolve(string path) => System.IO.Path.GetFullPath(path, Directory);

    /// <summary>The position of a key, or of the nearest key above it that is written in the file.</summary>
    public SourcePosition PositionOf(string key)
    {
        for (var k = key; k.Length > 0; k = k.Contains('.', StringComparison.Ordinal) ? k[..k.LastIndexOf('.')] : "")
        {
            if (Positions.TryGetValue(k, out var position))
            {
                return position;
            }
        }

        return new SourcePosition(GivenPath ?? Path);
    }
}

/// <summary>On-disk formats of a data set.</summary>
public enum DatasetFormat
{
    /// <summary>MATLAB v5 files of the Street View House Numbers: X 32×32×3×N, y 1..10 with 10 = digit 0.</summary>
    Svhn,

    /// <summary>IDX files as MNIST has them, plain or gzip. A split names the images file; labels are found beside it.</summary>
    Idx,

    /// <summary>CIFAR-10 binary batches.</summary>
    Cifar10,

    /// <summary>CIFAR-100 binary files, fine labels.</summary>
    Cifar100,

    /// <summary>A folder a class.</summary>
    Folder,

    /// <summary>A text file of <c>path,label</c> lines.</summary>
    Csv,

    /// <summary>An <c>IImageSource</c> in <c>model.assembly</c>.</summary>
    Custom,
}

/// <summary>The <c>dataset</c> section.</summary>
public sealed record DatasetSpec
{
    /// <summary>Shown in the report; by default the name of the root folder.</summary>
    public required string Name { get; init; }

    /// <summary>The address of a page about the data, or null.</summary>
    public string? Link { get; init; }

    /// <summary>A sentence for the report, or null.</summary>
    public string? Description { get; init; }

    /// <summary>The on-disk format.</summary>
    public required DatasetFormat Format { get; init; }

    /// <summary>Full path of the folder that split paths are relative to.</summary>
    public required string Root { get; init; }

    /// <summary>The splits.</summary>
    public required SplitsSpec Splits { get; init; }

    /// <summary>How the select split comes about: a share of train held out (stratified, by content hash), or the name of a split.</summary>
    public ShareOrName Validation { get; init; } = new(0.1, null);

    /// <summary>Caps on split sizes by split name (train, test, unlabeled, synthetic): stratified subsets.</summary>
    public IReadOnlyDictionary<string, int> Limit { get; init; } = new Dictionary<string, int>();

    /// <summary>Files to download when missing.</summary>
    public IReadOnlyList<SourceSpec> Sources { get; init; } = [];

    /// <summary>What becomes of transparency in image files.</summary>
    public Background Background { get; init; }

    /// <summary>What becomes of image files that can't be read.</summary>
    public UnreadableFiles OnUnreadable { get; init; }

    /// <summary>Lets a run go on although test images also stand in train.</summary>
    public bool AllowLeaks { get; init; }

    /// <summary>Full paths of what is no data wherever it lies: the spec, its lock, and what its commands write.</summary>
    public IReadOnlyList<string> NotData { get; init; } = [];

    /// <summary>
    /// Class names by order of label, or null for the format's own (folder names, digits, labels in order). Of folders they select: others are left out.
    /// </summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>For CSV: label text to class name; null takes labels as they stand.</summary>
    public IReadOnlyDictionary<string, string>? LabelMap { get; init; }

    /// <summary>For CSV: which columns name the images and have their labels; by default they are recognised.</summary>
    public ColumnsSpec Columns { get; init; } = new();

    /// <summary>For custom: the type name of the <c>IImageSource</c>.</summary>
    public string? Type { get; init; }
}

/// <summary>What becomes of image files that can't be read.</summary>
public enum UnreadableFiles
{
    /// <summary>They are told, and nothing is trained.</summary>
    Fail,

    /// <summary>They are left out, and listed in the report.</summary>
    Skip,
}

/// <summary>A share of another split, or the name of a split of its own; exactly one is set.</summary>
/// <param name="Share">Between 0 and 1, both exclusive.</param>
/// <param name="Name">A file or folder below the root.</param>
public readonly record struct ShareOrName(double? Share, string? Name);

/// <summary>Columns of a CSV, by name or by number from 1; what is null is recognised by its name and content.</summary>
/// <param name="Path">Names the image, or is a pattern with columns in braces, such as <c>train/{id}.jpg</c>.</param>
/// <param name="Label">The label; or several columns of 0 and 1, which are the classes.</param>
public sealed record ColumnsSpec(string? Path = null, IReadOnlyList<string>? Label = null);

/// <summary>Which files are which split, relative to <see cref="DatasetSpec.Root"/>.</summary>
public sealed record SplitsSpec
{
    /// <summary>One file or folder, or several joined (CIFAR's batches).</summary>
    public required IReadOnlyList<string> Train { get; init; }

    /// <summary>Like <see cref="Train"/>, when <see cref="TestShare"/> is null.</summary>
    public IReadOnlyList<string> Test { get; init; } = [];

    /// <summary>A stratified share of train taken as test, for data that comes without a split.</summary>
    public double? TestShare { get; init; }

    /// <summary>Images without labels, or whose labels are not to be used.</summary>
    public IReadOnlyList<string> Unlabeled { get; init; } = [];

    /// <summary>Synthetic images with labels.</summary>
    public IReadOnlyList<string> Synthetic { get; init; } = [];
}

/// <summary>A file fetched once when it is missing, and checked.</summary>
/// <param name="Url">http or https.</param>
/// <param name="Sha256">Lower-case hexadecimal, 64 digits.</param>
/// <param name="To">Full path.</param>
/// <param name="Within">Full path of the folder that it may not leave, through links neither: the spec's, or <c>dataset.root</c>.</param>
public sealed record SourceSpec(Uri Url, string Sha256, string To, string Within);

/// <summary>The <c>model</c> section: one of a zoo architecture, a C# type or a TorchScript file.</summary>
public sealed record ModelSpec
{
    /// <summary>A name of the zoo, such as <c>efficientnet-b0</c>.</summary>
    public string? Architecture { get; init; }

    /// <summary>Full path of a model project's assembly.</summary>
    public string? Assembly { get; init; }

    /// <summary>Full name of the <c>IModelFactory</c> in it.</summary>
    public string? Type { get; init; }

    /// <summary>Full path of a TorchScript file.</summary>
    public string? TorchScript { get; init; }

    /// <summary>What the model takes.</summary>
    public ImageShape InputShape { get; init; } = new(32, 32, 3);

    /// <summary>Options for the architecture or the factory: scalars as string, long, double or bool, and lists of those.</summary>
    public IReadOnlyDictionary<string, object> Options { get; init; } = new Dictionary<string, object>();
}

/// <summary>Height, width and channels of an image, in the order of <c>input_shape</c>.</summary>
public readonly record struct ImageShape(int Height, int Width, int Channels)
{
    /// <summary>Bytes of an image of this shape at one byte a channel.</summary>
    public int Length => Height * Width * Channels;

    /// <summary>Height×width×channels.</summary>
    public override string ToString() => $"{Height}×{Width}×{Channels}";
}

/// <summary>Update rules.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with Nesterov momentum.</summary>
    Sgd,

    /// <summary>Adam with decoupled weight decay.</summary>
    AdamW,

    /// <summary>Layer-wise adaptive moments for large batches.</summary>
    Lamb,
}

/// <summary>Arithmetic of forward and backward passes.</summary>
public enum PrecisionKind
{
    /// <summary>Chosen by device: bf16 autocast on CUDA and on CPUs with native bf16 where it is faster, else fp32.</summary>
    Auto,

    /// <summary>32-bit floats.</summary>
    Fp32,

    /// <summary>bfloat16 autocast, parameters in 32 bits.</summary>
    Bf16,
}

/// <summary>The <c>training</c> section.</summary>
public sealed record TrainingSpec
{
    /// <summary>Full-budget epochs.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Images a step, or null for auto.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Peak learning rate, or null for auto.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The update rule.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Sgd;

    /// <summary>L2 for SGD, decoupled for AdamW and LAMB; not applied to norms and biases.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>Arithmetic.</summary>
    public PrecisionKind Precision { get; init; } = PrecisionKind.Auto;

    /// <summary>Paired repeats of original and masterful.</summary>
    public int Seeds { get; init; } = 3;

    /// <summary>The seed that every random stream of a run derives from.</summary>
    public int Seed { get; init; }
}

/// <summary>Whether a policy is searched for.</summary>
public enum PolicyMode
{
    /// <summary>The locked policy while its fingerprint matches, else a search.</summary>
    Auto,

    /// <summary>Always a search.</summary>
    Search,

    /// <summary>The locked policy, or an error.</summary>
    Locked,
}

/// <summary>The <c>policy</c> section.</summary>
public sealed record PolicySpec
{
    /// <summary>Search or lock.</summary>
    public PolicyMode Mode { get; init; } = PolicyMode.Auto;

    /// <summary>What the search may use, in search order.</summary>
    public IReadOnlyList<Technique> Techniques { get; init; } = [.. Enum.GetValues<Technique>()];

    /// <summary>Caps of the search.</summary>
    public BudgetSpec Budget { get; init; } = new();
}

/// <summary>Hard caps of the search, of which settling the recipe is a part; null is no cap of that kind.</summary>
/// <param name="Time">Wall time.</param>
/// <param name="Ratio">Image-passes as a multiple of the final stage's (original + masterful, all seeds).</param>
/// <param name="Trials">Number of trials.</param>
public sealed record BudgetSpec(TimeSpan? Time = null, double? Ratio = 1.5, int? Trials = null);

/// <summary>The <c>evaluation</c> section.</summary>
public sealed record EvaluationSpec
{
    /// <summary>The split that the gate compares on: test, or select where there is no test.</summary>
    public string Split { get; init; } = "test";

    /// <summary>Of every interval, 0.5 to 0.999.</summary>
    public double Confidence { get; init; } = 0.95;
}

/// <summary>The <c>gate</c> section. Shares are 0..1 (10% is 0.1, 2 points is 0.02); a null rule is not checked.</summary>
public sealed record GateSpec
{
    /// <summary>The point estimate must reach this and the interval's lower bound must exceed 0.</summary>
    public double? ErrorRateReduction { get; init; }

    /// <summary>The masterful model's error rate must not exceed this.</summary>
    public double? MaxErrorRate { get; init; }

    /// <summary>No class may lose more recall than this.</summary>
    public double? MaxClassRecallDrop { get; init; }

    /// <summary>The masterful model's error rate must not exceed an earlier result's by more than this.</summary>
    public double? MaxErrorRateIncrease { get; init; }

    /// <summary>What an inconclusive comparison does to the build.</summary>
    public InconclusiveAction OnInconclusive { get; init; } = InconclusiveAction.Fail;
}

/// <summary>What an inconclusive comparison does to the build.</summary>
public enum InconclusiveAction
{
    /// <summary>Exit code 2.</summary>
    Fail,

    /// <summary>A warning.</summary>
    Warn,
}

/// <summary>The <c>report</c> section.</summary>
public sealed record ReportSpec
{
    /// <summary>Full path of the report's folder.</summary>
    public string Path { get; init; } = RunFiles.Report;

    /// <summary>Whether to write <c>report.html</c> too.</summary>
    public bool Html { get; init; } = true;
}

/// <summary>File formats of the trained model.</summary>
public enum ModelFormat
{
    /// <summary>safetensors with torchvision's names.</summary>
    Safetensors,
}

/// <summary>The <c>output</c> section.</summary>
public sealed record OutputSpec
{
    /// <summary>Full path of the model's folder.</summary>
    public string Path { get; init; } = RunFiles.Model;

    /// <summary>What to write.</summary>
    public IReadOnlyList<ModelFormat> Formats { get; init; } = [ModelFormat.Safetensors];
}

/// <summary>Where the results of trials are kept.</summary>
public enum JournalKind
{
    /// <summary>A file in the cache folder.</summary>
    Local,

    /// <summary>The database that MASTERFUL_FLEET names.</summary>
    Postgres,
}

/// <summary>The <c>runtime</c> section.</summary>
public sealed record RuntimeSpec
{
    /// <summary>auto, cpu, cuda or cuda:N.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Worker processes, or null for auto.</summary>
    public int? Workers { get; init; }

    /// <summary>Threads of each worker, or null for auto.</summary>
    public int? Threads { get; init; }

    /// <summary>Whether trials run on the workers of a fleet instead of this machine.</summary>
    public bool Fleet { get; init; }

    /// <summary>Where results are kept.</summary>
    public JournalKind Journal { get; init; }

    /// <summary>Full path of the cache folder.</summary>
    public string Cache { get; init; } = ".masterful";
}
