using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Masterful.Core.Data;
using Masterful.Core.Data.Readers;
using Masterful.Core.Models;
using Masterful.Core.Pipeline;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.Core.Tests.Data;
using Masterful.Core.Tests.Runtime;
using Masterful.Core.Training;
using Masterful.Core.Trials;
using Masterful.Fleet;
using Masterful.Fleet.Sharing;
using Masterful.Reporting;
using Masterful.Reporting.PullRequest;
using Masterful.Reporting.Tests;
using Masterful.Results;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Masterful.Fuzz;

/// <summary>Every reader of what comes from outside, with inputs that it takes.</summary>
internal sealed class Readers : IDisposable
{
    private const int Side = 4;
    private const int CheckpointHead = 16;
    private static readonly ImageShape Shape = new(Side, Side, 3);

    private readonly string _folder = Directory.CreateTempSubdirectory("masterful-fuzz-").FullName;

    public Readers()
    {
        File.WriteAllBytes(At("a.png"), Seed("alpha-only-box.png"));
        File.WriteAllText(At("train.csv"), "path,label\na.png,cat\n");
        File.WriteAllText(At("test.csv"), "path,label\na.png,cat\n");
        All =
        [
            new("svhn", [.. from big in new[] { false, true } from zipped in new[] { false, true } select Svhn(big, zipped)], b => ReadSplit(DatasetFormat.Svhn, "train.mat", b), []),
            new("idx", [Idx()], b => ReadSplit(DatasetFormat.Idx, "x-images-idx3-ubyte", b, ("x-labels-idx1-ubyte", IdxLabels())), []),
            new("idx-gzip", [Zipped(Idx())], b => ReadSplit(DatasetFormat.Idx, "z-images-idx3-ubyte.gz", b, ("z-labels-idx1-ubyte.gz", Zipped(IdxLabels()))), []),
            new("idx-labels", [IdxLabels()], b => ReadSplit(DatasetFormat.Idx, "y-images-idx3-ubyte", Idx(), ("y-labels-idx1-ubyte", b)), []),
            new("cifar10", [Cifar(1)], b => ReadSplit(DatasetFormat.Cifar10, "c.bin", b), []),
            new("cifar100", [Cifar(2)], b => ReadSplit(DatasetFormat.Cifar100, "d.bin", b), []),
            new("csv", Texts("path,label\na.png,cat\n", "\"path\";\"label\"\r\na.png;\"c\"\"at\"\r\n", "img\tcat\tdog\na.png\t1\t0\n", "path\na.png\n"),
                b => ReadSplit(DatasetFormat.Csv, "list.csv", b), Texts(",", ";", "\t", "\"", "\r", "\n", "../", "a.png", "path", "label", "\u0000", "\uFEFF")),
            new("image", [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Seeds")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)],
                b => ImageDecoder.Read(Written("image", b), Shape), Texts("IHDR", "IDAT", "IEND", "eXIf", "Exif\0\0", "GIF89a", "BM", "RIFF", "WEBPVP8 ", "\u00ff\u00d8\u00ff")),
            new("safetensors", [Weights()], ReadWeights, Texts("\"dtype\":", "\"F32\"", "\"shape\":[", "\"data_offsets\":[0,", "__metadata__", "{", "}", "-1", "1e9")),
            new("spec", Texts(Spec), b => SpecLoader.Load(Written("masterful.yaml", b), [], _ => null), YamlWords),
            new("lock", [Encoding.UTF8.GetBytes(PolicyLockFile.ToText(Lock()))], b => PolicyLockFile.Read(Written("masterful.lock.yaml", b)), YamlWords),
            new("result", [Json(SampleResults.Fashion())], ReadResult, JsonWords),
            new("checkpoint", [CheckpointContent()], ReadCheckpoint, []),
            new("journal", [Journalled()], ReadJournal, []),
            new("manifest", [Manifest().ToBytes()], b => ShareManifest.Parse(b), JsonWords),
            new("token", Texts("0123456789abcdef0123"), b => ShareToken.Read(_ => Encoding.UTF8.GetString(b)), []),
            new("elf", [SmallLibrary.Bytes()], b => WeakVersionNeed.Mark(b, "GLIBCXX_3.4.32"), Texts("GLIBCXX_3.4.32\0", "\u007fELF")),
            new("fleet-request", Texts(FleetRequests.Write(Trial())), ReadRequest, JsonWords),
            new("fleet-answer", Texts(FleetRequests.Write(new FleetAnswer(Result(), null, null))), ReadAnswer, JsonWords),
        ];
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<FuzzTarget> All { get; }

    private static IReadOnlyList<byte[]> JsonWords { get; } = Texts("null", "[", "]", "{", "}", "\"", ":", ",", "-1", "1e999", "\"NaN\"", "\\ud800", "\u00ff");

    private static IReadOnlyList<byte[]> YamlWords { get; } = Texts(": ", "- ", "{", "}", "[", "]", "&a ", "*a", "!!", "? ", "|", ">", "'", "\"", "\t", "#", "${", "${X:-", "\n", "  ", "<<: ", "%YAML", "---", "...");

    private static string Spec => """
        version: 1
        dataset:
          name: ${NAME:-digits}
          format: csv
          root: .
          splits: { train: [train.csv], test: test.csv }
          validation: 0.1
        model: { architecture: small-cnn, input_shape: [8, 8, 3] }
        training: &t { epochs: 3, batch_size: auto }
        policy: { techniques: { exclude: [rotate_90] }, budget: { time: 45m, ratio: 1.5 } }
        gate: { error_rate_reduction: 10%, max_class_recall_drop: 2 points }

        """;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static IReadOnlyList<byte[]> Texts(params string[] texts) => [.. texts.Select(Encoding.Latin1.GetBytes)];

    private static byte[] Seed(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Seeds", name));

    private static byte[] Json<T>(T value) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(value, ResultFiles.Options);

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(0).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Svhn(bool bigEndian, bool compressed) =>
        MatFiles.Svhn([.. Enumerable.Range(0, 6).Select(i => Noise(Shape.Length))], Side, [1, 2, 3, 10, 1, 2], bigEndian, compressed);

    /// <summary>Two images, of classes 1 and 2, with so many label bytes each.</summary>
    private static byte[] Cifar(int labels)
    {
        var bytes = Noise(2 * (labels + 3072));
        bytes.AsSpan(0, labels).Fill(1);
        bytes.AsSpan(labels + 3072, labels).Fill(2);
        return bytes;
    }

    private static byte[] Idx()
    {
        var bytes = new byte[16 + (6 * Side * Side)];
        int[] header = [0x0803, 6, Side, Side];
        for (var i = 0; i < header.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(i * 4), header[i]);
        }

        return bytes;
    }

    private static byte[] IdxLabels() => [0, 0, 8, 1, 0, 0, 0, 6, 0, 1, 2, 0, 1, 2];

    private static byte[] Zipped(byte[] bytes)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return result.ToArray();
    }

    private static TrialSpec Trial() => new()
    {
        Policy = Policy.None.With(Technique.HorizontalMirror, 0.5),
        Recipe = new Recipe { Epochs = 3, BatchSize = 24, LearningRate = 0.05, Precision = PrecisionKind.Fp32 },
        Seed = 1,
        DataFingerprint = "data",
        ModelFingerprint = "model",
        DeviceKind = "cpu",
        EngineVersion = "1.2.3",
    };

    private static TrialResult Result() => new()
    {
        Key = TrialKey.Of(Trial()),
        Status = TrialStatus.Completed,
        SelectLoss = 0.5,
        SelectError = 0.25,
        EpochLosses = [0.1, double.NaN],
        Select = new Core.Evaluation.Predictions([0.1f, 2, 3, 4], 2, [0, 1]),
        ImagePasses = 100,
        Seconds = 1,
    };

    private static PolicyLock Lock() => PolicyLock.Of(
        Trial().Policy,
        "search",
        Trial().Recipe,
        new LockFingerprint
        {
            Model = new string('a', 64),
            Recipe = new string('b', 64),
            Techniques = ["horizontal_mirror"],
            Classes = new string('c', 64),
            InputShape = "8x8x3",
            TrainImages = 100,
            Data = new string('d', 64),
        });

    private static ShareManifest Manifest() => new()
    {
        Schema = ShareManifest.CurrentSchema,
        Engine = EngineVersion.Current,
        Spec = "masterful.yaml",
        DataRoot = "data",
        Files = [new("masterful.yaml", 100, new string('a', 64)), new("data/train/cat/1.png", 7, new string('b', 64))],
    };

    private static void ReadRequest(byte[] bytes)
    {
        try
        {
            FleetWork.Read(new FleetClaim(1, Guid.Empty, TrialKey.Of(Trial()), FleetRequests.Trial, Encoding.UTF8.GetString(bytes), 1, null, TimeSpan.Zero));
        }
        catch (InvalidDataException e)
        {
            throw new DiagnosticException(FleetDiagnostics.NotValid, e.Message);
        }
    }

    private static void ReadAnswer(byte[] bytes)
    {
        try
        {
            FleetAnswer.Read(Encoding.UTF8.GetString(bytes), FleetWork.Of(Trial()));
        }
        catch (InvalidDataException e)
        {
            throw new DiagnosticException(FleetDiagnostics.NotValid, e.Message);
        }
    }

    private string At(string name) => Path.Combine(_folder, name);

    private string Written(string name, byte[] bytes)
    {
        File.WriteAllBytes(At(name), bytes);
        return At(name);
    }

    private void ReadSplit(DatasetFormat format, string name, byte[] bytes, (string Name, byte[] Bytes)? beside = null)
    {
        Written(name, bytes);
        if (beside is { } other)
        {
            Written(other.Name, other.Bytes);
        }

        var spec = new DatasetSpec { Name = "fuzz", Format = format, Root = _folder, Splits = new SplitsSpec { Train = [name] } };
        var reader = DatasetReaders.For(spec, null, _ => new SourcePosition("masterful.yaml"));
        var listing = reader.List(new SplitRequest("train", "dataset.splits.train", [name], true));
        using var sink = new ImageSink(Shape, _ => { }, _ => { });
        reader.Read(listing, sink, CancellationToken.None);
        sink.Settle();
    }

    private byte[] Weights()
    {
        using var scope = NewDisposeScope();
        Safetensors.Save(At("seed.safetensors"), [("conv.weight", zeros(2, 3, 3, 3)), ("bn.count", zeros(1, ScalarType.Int64))], new Dictionary<string, string> { ["run"] = "x" });
        return File.ReadAllBytes(At("seed.safetensors"));
    }

    private void ReadWeights(byte[] bytes)
    {
        using var scope = NewDisposeScope();
        Safetensors.Load(Written("w.safetensors", bytes));
    }

    /// <summary>The state of a training of two tensors after two epochs, without the file's head and hash.</summary>
    private byte[] CheckpointContent()
    {
        using var scope = NewDisposeScope();
        new Checkpoint(At("seed.ckpt"), new LaterClock(), NullLogger.Instance).SaveIfDue(State(), [0.5, 0.25]);
        return File.ReadAllBytes(At("seed.ckpt"))[CheckpointHead..^SHA256.HashSizeInBytes];
    }

    /// <summary>Whoever can write the file can write its hash too: what is behind that must stand as well.</summary>
    private void ReadCheckpoint(byte[] bytes)
    {
        using var scope = NewDisposeScope();
        var file = new byte[CheckpointHead + bytes.Length];
        "MSTCKPT2"u8.CopyTo(file);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(8), file.Length + SHA256.HashSizeInBytes);
        bytes.CopyTo(file, CheckpointHead);
        var path = Written("fuzz.ckpt", [.. file, .. SHA256.HashData(file)]);
        if (!new Checkpoint(path, TimeProvider.System, NullLogger.Instance).Restore(State(), [], 5))
        {
            throw new DiagnosticException(TrainingDiagnostics.CheckpointDamaged, "It is set aside.");
        }
    }

    private static Dictionary<string, Tensor> State() => new() { ["conv.weight"] = zeros(2, 3, 3, 3), ["bn.count"] = zeros(1, ScalarType.Int64) };

    private void ReadResult(byte[] bytes)
    {
        RunResult result;
        try
        {
            result = ResultFiles.Read<RunResult>(Written("result.json", bytes));
        }
        catch (InvalidDataException e)
        {
            throw new DiagnosticException(PipelineDiagnostics.BaselineNotReadable, e.Message);
        }

        // A result that is taken must also be shown.
        new PullRequestPage(UntrustedResult.Of(result), new PullRequestOptions()).Comment();
    }

    private byte[] Journalled()
    {
        using (var journal = Journal.Open(At("seed.db"), TimeProvider.System))
        {
            journal.StartRun("run", "masterful.yaml");
            journal.Save(Result(), Trial());
            journal.NoteUse("run", Result().Key, false);
            journal.FinishRun("run", "passed", "a line");
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        return File.ReadAllBytes(At("seed.db"));
    }

    private void ReadJournal(byte[] bytes)
    {
        var path = Written($"journal-{Guid.NewGuid():N}.db", bytes);
        try
        {
            using var journal = Journal.OpenForReading(path, TimeProvider.System);
            foreach (var run in journal.Runs())
            {
                journal.TrialsOf(run.Id);
                journal.SummariesOf(run.Id);
            }

            journal.Holdings();
            journal.Find(Result().Key);
        }
        finally
        {
            foreach (var file in Directory.EnumerateFiles(_folder, $"{Path.GetFileName(path)}*"))
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>Each time it is asked, a minute later: checkpoints are written with some seconds between them.</summary>
    private sealed class LaterClock : TimeProvider
    {
        private long _minutes;

        public override long GetTimestamp() => ++_minutes * 60 * TimestampFrequency;
    }
}
