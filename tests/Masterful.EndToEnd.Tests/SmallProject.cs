using System.Buffers.Binary;
using System.Text.Json;

namespace Masterful.EndToEnd.Tests;

/// <summary>
/// A folder with a spec and a data set of its own, small enough to train on in a second: a bright bar on noise, whose direction is
/// the class. Paths have a space and letters beyond ASCII in them, as users' do.
/// </summary>
internal sealed class SmallProject : IDisposable
{
    private const int Size = 12;
    private const int Classes = 4;

    public SmallProject(string? gate = null, int epochs = 2)
    {
        Folder = Directory.CreateTempSubdirectory("masterful é2e ").FullName;
        Write("train", 320, seed: 1);
        Write("test", 160, seed: 2);
        File.WriteAllText(SpecPath, Spec(gate ?? "{ max_error_rate: 100% }", epochs));
    }

    public string Folder { get; }

    public string SpecPath => Path.Combine(Folder, "masterful.yaml");

    public string ReportFolder => Path.Combine(Folder, "masterful-report");

    public string ResultPath => Path.Combine(ReportFolder, "result.json");

    /// <summary>Replaces a part of the spec that must be there.</summary>
    public void Edit(string old, string replacement)
    {
        var text = File.ReadAllText(SpecPath);
        if (!text.Contains(old, StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{old}' is not in the spec.", nameof(old));
        }

        File.WriteAllText(SpecPath, text.Replace(old, replacement, StringComparison.Ordinal));
    }

    /// <summary>Puts a model of Masterful.SampleModels in the place of small-cnn.</summary>
    /// <param name="factory">The factory's name without its namespace.</param>
    /// <param name="options">Its options as the inside of a YAML map.</param>
    public void UseModel(string factory, string options = "") => Edit(
        "architecture: small-cnn",
        $"""
        assembly: {Path.Combine(ToolProcess.Root, "tests", "Masterful.SampleModels", "bin", ToolProcess.Configuration, "net10.0", "Masterful.SampleModels.dll")}
          type: Masterful.SampleModels.{factory}
          options: {"{"} {options} {"}"}
        """);

    /// <summary>The content of <c>result.json</c>, which must be there.</summary>
    public JsonElement ReadResult()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(ResultPath));
        return document.RootElement.Clone();
    }

    /// <summary>The figures of <c>result.json</c> that two runs of one spec must agree in.</summary>
    public string ReadFigures()
    {
        var result = ReadResult();
        return string.Join('\n', new[]
        {
            result.GetProperty("policy").GetProperty("values"),
            result.GetProperty("original").GetProperty("errorRate"),
            result.GetProperty("masterful").GetProperty("errorRate"),
            result.GetProperty("comparison"),
        });
    }

    /// <summary>Trials that the run behind <c>result.json</c> trained and took from the journal.</summary>
    public (int Run, int Reused) ReadTrials()
    {
        var run = ReadResult().GetProperty("run");
        return (run.GetProperty("trialsRun").GetInt32(), run.GetProperty("trialsReused").GetInt32());
    }

    /// <summary>Makes the first test image an exact copy of the first training image.</summary>
    public void CopyTrainImageIntoTest()
    {
        var data = Path.Combine(Folder, "data");
        var train = File.ReadAllBytes(Path.Combine(data, "train-images-idx3-ubyte"));
        var test = File.ReadAllBytes(Path.Combine(data, "test-images-idx3-ubyte"));
        train.AsSpan(16, Size * Size).CopyTo(test.AsSpan(16));
        File.WriteAllBytes(Path.Combine(data, "test-images-idx3-ubyte"), test);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Spec(string gate, int epochs) => $$"""
        version: 1
        dataset:
          name: Bars
          format: idx
          root: data
          splits: { train: train-images-idx3-ubyte, test: test-images-idx3-ubyte }
        model:
          architecture: small-cnn
          input_shape: [{{Size}}, {{Size}}, 1]
        training: { epochs: {{epochs}}, batch_size: 32, learning_rate: 0.05, seeds: 2 }
        policy:
          techniques: [horizontal_mirror, rotate]
          budget: { ratio: 1 }
        gate: {{gate}}
        runtime: { device: cpu }
        """;

    private void Write(string split, int count, int seed)
    {
        var random = new Random(seed);
        var images = new byte[16 + (count * Size * Size)];
        var labels = new byte[8 + count];
        BinaryPrimitives.WriteInt32BigEndian(images, 0x0803);
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(4), count);
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(8), Size);
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(12), Size);
        BinaryPrimitives.WriteInt32BigEndian(labels, 0x0801);
        BinaryPrimitives.WriteInt32BigEndian(labels.AsSpan(4), count);
        for (var i = 0; i < count; i++)
        {
            var label = i % Classes;
            labels[8 + i] = (byte)label;
            var pixels = images.AsSpan(16 + (i * Size * Size), Size * Size);
            random.NextBytes(pixels);
            var offset = random.Next(-2, 3);
            for (var p = 0; p < pixels.Length; p++)
            {
                var (y, x) = (p / Size, p % Size);
                var distance = label switch
                {
                    0 => y - (Size / 2) - offset,
                    1 => x - (Size / 2) - offset,
                    2 => y - x - offset,
                    _ => y + x - Size - offset,
                };
                pixels[p] = (byte)(Math.Abs(distance) <= 1 ? 150 + (pixels[p] / 3) : pixels[p] / 2);
            }
        }

        var data = Directory.CreateDirectory(Path.Combine(Folder, "data")).FullName;
        File.WriteAllBytes(Path.Combine(data, $"{split}-images-idx3-ubyte"), images);
        File.WriteAllBytes(Path.Combine(data, $"{split}-labels-idx1-ubyte"), labels);
    }
}
