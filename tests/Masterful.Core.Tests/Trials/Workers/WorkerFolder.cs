using System.Diagnostics;
using Masterful.Core.Data;
using Masterful.Core.Models;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Tests.Architecture;
using Masterful.Core.Tests.Data;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Masterful.Core.Trials.Workers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Masterful.Core.Tests.Trials.Workers;

/// <summary>A folder with images and a spec, and real workers over it: processes of the built tool.</summary>
internal sealed class WorkerFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;

    /// <param name="trouble">Options of the troubled model; null for the model of the zoo.</param>
    public WorkerFolder(string? trouble = null)
    {
        Write("train", 96, seed: 1, labelled: true);
        Write("t10k", 40, seed: 2, labelled: true);
        Write("more", 60, seed: 3, labelled: false);
        _model = trouble is null
            ? "architecture: small-cnn"
            : $$"""
            assembly: {{SourceTree.SampleModels}}
              type: Masterful.SampleModels.TroubledFactory
              options: { {{trouble}} }
            """;
        File.WriteAllText(SpecPath, $$"""
            version: 1
            dataset:
              format: idx
              root: .
              splits: { train: train-images-idx3-ubyte, test: t10k-images-idx3-ubyte, unlabeled: more-images-idx3-ubyte }
              validation: 25%
            model:
              {{_model}}
              input_shape: [{{HalfBrightImages.Shape.Height}}, {{HalfBrightImages.Shape.Width}}, 1]
            training: { precision: fp32 }
            runtime: { device: cpu }
            """);
        Spec = SpecLoader.Load(SpecPath, [], _ => null).Spec;
        Data = new DatasetLoader(Spec.Runtime.Cache, NullLogger.Instance).LoadAsync(Spec, null, CancellationToken.None).GetAwaiter().GetResult();
    }

    public MasterfulSpec Spec { get; }

    public DatasetSplits Data { get; }

    public string SpecPath => _folder["masterful.yaml"];

    public string Cache => Spec.Runtime.Cache;

    /// <summary>What the workers logged and what was logged about them.</summary>
    public List<string> Log { get; } = [];

    public TrialSpec Trial => new()
    {
        Policy = Policy.None.With(Technique.HorizontalMirror, 0.5).With(Technique.Mixup, 0.5),
        Recipe = new Recipe { Epochs = 3, BatchSize = 24, LearningRate = 0.05 },
        Seed = 7,
        DataFingerprint = Data.Fingerprint,
        ModelFingerprint = ModelBuilder.Fingerprint(Spec.Model),
        DeviceKind = "cpu",
        EngineVersion = "1.0.0",
    };

    /// <summary>A trial that takes long, for tests that step in.</summary>
    public TrialSpec LongTrial => Trial with { Recipe = Trial.Recipe with { Epochs = 100_000 } };

    public string this[string name] => _folder[name];

    public WorkerPool Pool(int workers, WorkerLimits? limits = null, string? program = null, string? data = null, IProgress<TrialProgress>? progress = null) => new(
        new WorkerCommand(program ?? "dotnet", [Path.Combine(ToolFolder, "dotnet-masterful.dll"), "worker", "--spec", SpecPath]),
        new WorkerPlan(workers, 1, ["cpu"]),
        data ?? Data.Fingerprint,
        ModelBuilder.Fingerprint(Spec.Model),
        limits ?? new WorkerLimits(),
        TimeProvider.System,
        new ListLogger(Log),
        progress);

    public void Dispose()
    {
        Data.Dispose();
        _folder.Dispose();
    }

    /// <summary>Sends a signal by name, such as KILL or STOP.</summary>
    public static void Signal(string name, int process) => Process.Start("kill", [$"-{name}", $"{process}"]).WaitForExit();

    private static string ToolFolder { get; } = Path.Combine(
        Repository.Root, "src", "Masterful.Tool", "bin", Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/', '\\'))!), "net10.0");

    private void Write(string name, int count, int seed, bool labelled)
    {
        File.WriteAllBytes(_folder[$"{name}-images-idx3-ubyte"], HalfBrightImages.Images(count, seed));
        if (labelled)
        {
            File.WriteAllBytes(_folder[$"{name}-labels-idx1-ubyte"], HalfBrightImages.Labels(count));
        }
    }

    private sealed class ListLogger(List<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (lines)
            {
                lines.Add($"{logLevel}: {formatter(state, exception)}");
            }
        }
    }
}
