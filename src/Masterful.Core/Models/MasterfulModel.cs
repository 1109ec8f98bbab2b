using System.Security.Cryptography;
using Masterful.Core.Data;
using Masterful.Core.Imaging;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Results;
using TorchSharp;
using static TorchSharp.torch;

namespace Masterful.Core.Models;

/// <summary>
/// A trained model for use: the folder that a run writes to <c>output.path</c>, with <c>model.json</c> and <c>model.safetensors</c>. A model of
/// your own C# code is made by that code again, so its assembly must still be where it was; load such folders only from whom you trust.
/// </summary>
public sealed class MasterfulModel : IDisposable
{
    private const string WeightsName = "model.safetensors";
    private const string ScriptName = "model.pt";
    private const int BatchSize = 64;
    private const int SmallestBatch = 8;
    private const int BatchPixels = BatchSize * 64 * 64;

    private readonly Classifier _classifier;
    private readonly double _temperature;
    private readonly Device _device;

    private MasterfulModel(Classifier classifier, ModelFile file, Device device)
    {
        (_classifier, _temperature, _device) = (classifier, file.Temperature, device);
        Classes = file.Classes;
        Metadata = file.Metadata;
        InputShape = new ImageShape(file.InputShape[0], file.InputShape[1], file.InputShape[2]);
        Background = file.Background switch { "white" => Background.White, "black" => Background.Black, _ => Background.None };
    }

    /// <summary>Class names, in the order of <see cref="Prediction.Probabilities"/>.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>What was saved with the model, such as the policy's name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The shape that images are brought to.</summary>
    public ImageShape InputShape { get; }

    /// <summary>What transparent images are put on, as they were in training.</summary>
    public Background Background { get; }

    /// <summary>Loads a model; libtorch too, when this process has not loaded it yet.</summary>
    /// <param name="folder">The folder with <c>model.json</c>.</param>
    /// <param name="device">cpu, auto, cuda or cuda:N.</param>
    /// <exception cref="DiagnosticException">The folder is not a saved model, or libtorch or the device is not to be had; the message says why.</exception>
    public static MasterfulModel Load(string folder, string device = "cpu")
    {
        var root = Path.GetFullPath(folder);
        var file = ModelFile.Read(root);
        var weights = Path.Combine(root, WeightsName);
        CheckWeights(weights, file);
        LoadLibTorch();
        var target = ComputeDevice.Select(device);
        var classifier = ModelBuilder.Create(file.ToSpec(root), file.Classes.Count);
        try
        {
            classifier.LoadState(weights);
            classifier.to(target);
            classifier.eval();
            return new MasterfulModel(classifier, file, target);
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes a model that <see cref="Load"/> reads, each file whole: the weights, then <c>model.json</c>, which holds their hash. A TorchScript
    /// file is copied along; an assembly is not, only its path.
    /// </summary>
    /// <param name="folder">Made when it does not exist.</param>
    /// <param name="classifier">The trained model.</param>
    /// <param name="model">The spec's section that made it.</param>
    /// <param name="classes">Class names in the order of the logits.</param>
    /// <param name="metadata">Whatever else is worth keeping, such as the policy's name; or null.</param>
    /// <param name="temperature">Divides the logits before the softmax, over 0.</param>
    /// <param name="background">What transparent images were put on.</param>
    /// <exception cref="IOException">The folder can't be written.</exception>
    public static void Save(
        string folder,
        Classifier classifier,
        ModelSpec model,
        IReadOnlyList<string> classes,
        IReadOnlyDictionary<string, string>? metadata = null,
        double temperature = 1,
        Background background = Background.None)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        ArgumentOutOfRangeException.ThrowIfZero(classes.Count);
        var root = Path.GetFullPath(folder);
        var weights = Path.Combine(root, WeightsName);
        classifier.SaveState(weights, metadata);
        if (model.TorchScript is { } script)
        {
            using var source = File.OpenRead(script);
            AtomicFile.Write(Path.Combine(root, ScriptName), source.CopyTo);
        }

        var shape = model.InputShape;
        var file = new ModelFile
        {
            EngineVersion = EngineVersion.Current,
            Architecture = model.Architecture,
            Assembly = model is { Type: not null, Assembly: { } assembly } ? Path.GetRelativePath(root, assembly) : null,
            Type = model.Type,
            TorchScript = model.TorchScript is null ? null : ScriptName,
            InputShape = [shape.Height, shape.Width, shape.Channels],
            Background = background == Background.None ? null : background.ToString().ToLowerInvariant(),
            Options = model.Options,
            Classes = classes,
            Temperature = temperature,
            WeightsSha256 = HashOf(weights),
            Metadata = metadata ?? new Dictionary<string, string>(),
        };
        file.Write(root);
    }

    /// <summary>Classifies an image file: PNG, JPEG, BMP, WebP or GIF, of any size.</summary>
    /// <exception cref="DiagnosticException">The file can't be read as an image.</exception>
    public Prediction Predict(string imagePath) => Predict([imagePath])[0];

    /// <summary>Classifies image files, in their order.</summary>
    /// <exception cref="DiagnosticException">A file can't be read as an image.</exception>
    public IReadOnlyList<Prediction> Predict(params IReadOnlyList<string> imagePaths) =>
        [.. PredictEach(imagePaths).Select(p => p.Prediction ?? throw new DiagnosticException(p.Problem!))];

    /// <summary>
    /// Classifies any number of image files, in their order. One that can't be read is told as such and stops nothing. Files are asked for, and
    /// their predictions given, some at a time, so that a hundred thousand take no more memory than a hundred.
    /// </summary>
    /// <param name="imagePaths">The files.</param>
    /// <param name="cancellation">Stops between files.</param>
    public IEnumerable<ImagePrediction> PredictEach(IEnumerable<string> imagePaths, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(imagePaths);
        return imagePaths.Chunk(BatchLength).SelectMany(batch => PredictFiles(batch, cancellation));
    }

    /// <summary>On a processor small batches of large images are as fast, and what is done is seen sooner.</summary>
    private int BatchLength => _device.type == DeviceType.CUDA ? BatchSize : Math.Clamp(BatchPixels / (InputShape.Height * InputShape.Width), SmallestBatch, BatchSize);

    /// <summary>The network itself, for whole data sets.</summary>
    internal Classifier Classifier => _classifier;

    /// <summary>Releases the weights.</summary>
    public void Dispose() => _classifier.Dispose();

    private ImagePrediction[] PredictFiles(string[] paths, CancellationToken cancellation)
    {
        var pixels = new byte[paths.Length][];
        var problems = new Diagnostic?[paths.Length];
        Parallel.For(0, paths.Length, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            try
            {
                pixels[i] = ImageDecoder.Read(paths[i], InputShape, Background);
            }
            catch (DiagnosticException e)
            {
                problems[i] = e.Diagnostics[0];
            }
        });
        var read = Array.FindAll(pixels, p => p is not null);
        var predictions = new Queue<Prediction>(read.Length == 0 ? [] : PredictBatch(read));
        return [.. paths.Select((path, i) => new ImagePrediction(path, problems[i] is null ? predictions.Dequeue() : null, problems[i]))];
    }

    private Prediction[] PredictBatch(byte[][] images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = inference_mode();
        var pixels = tensor(images.SelectMany(i => i).ToArray(), [images.Length, InputShape.Channels, InputShape.Height, InputShape.Width]);
        var logits = _classifier.call(pixels.to(_device));
        if (!logits.shape.SequenceEqual([images.Length, Classes.Count]))
        {
            throw new DiagnosticException(
                ModelDiagnostics.WrongOutput, $"The model returns [{string.Join(", ", logits.shape)}] for {images.Length} images of {Classes.Count} classes.");
        }

        var rows = (logits.to(ScalarType.Float64) / _temperature).softmax(1).cpu().data<double>().ToArray().Chunk(Classes.Count);
        return [.. rows.Select(row => new Prediction(Classes[Array.IndexOf(row, row.Max())], row.Max(), row))];
    }

    private static void CheckWeights(string weights, ModelFile file)
    {
        if (!File.Exists(weights))
        {
            throw new DiagnosticException(ModelDiagnostics.FolderNotValid, $"{weights} is missing.", new SourcePosition(weights));
        }

        if (HashOf(weights) != file.WeightsSha256)
        {
            throw new DiagnosticException(
                ModelDiagnostics.FolderNotValid,
                $"{weights} is not the file that {ModelFile.Name} was written for: it is damaged or of another training.",
                new SourcePosition(weights));
        }
    }

    private static void LoadLibTorch()
    {
        if (LibTorch.Loaded is not null)
        {
            return;
        }

        // The program's own output counts as a model project's: a program that references libtorch brings it there.
        var folders = MachineFolders.FromEnvironment();
        var program = Path.Combine(AppContext.BaseDirectory, "program.dll");
        var location = new LibTorchLocator(EnvironmentSetting.Read("MASTERFUL_LIBTORCH"), program, folders).Locate();
        LibTorch.Load(
            location ?? throw new DiagnosticException(
                RuntimeDiagnostics.LibTorchNotFound,
                $"libtorch {MachineFolders.LibTorchVersion} was not found. Reference libtorch-cpu-{NativeNames.Platform}, run `dotnet masterful runtime install cpu`, "
                + "or set MASTERFUL_LIBTORCH to its folder."),
            folders);
    }

    private static string HashOf(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
