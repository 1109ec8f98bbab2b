using System.Text.Json;
using System.Text.RegularExpressions;
using Masterful.Core.Models;
using Masterful.Core.Spec;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Models;

/// <summary>The zoo against torchvision's figures; tests/golden/README.md says how weights and images are filled.</summary>
public partial class GoldenModelTests
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(SourceTree.Golden, "*.json")
        .Where(f => JsonDocument.Parse(File.ReadAllText(f)).RootElement is { ValueKind: JsonValueKind.Object } o && o.TryGetProperty("model", out _))
        .Select(f => Path.GetFileName(f)!)
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_model_has_the_state_and_gives_the_logits_of_torchvision(string file)
    {
        using var scope = NewDisposeScope();
        var golden = JsonSerializer.Deserialize<Golden>(File.ReadAllText(Path.Combine(SourceTree.Golden, file)), Names)!;
        using var model = ModelBuilder.Create(golden.Spec, golden.Logits[0].Length);

        Assert.Equal(
            golden.StateDict.Select(s => $"{s[0]} {s[1]}"), model.State.Select(s => $"{s.Name} [{string.Join(", ", s.Value.shape)}]"));
        Assert.Equal(golden.StateDict.Select(s => s[0].GetString()!), model.Network.state_dict().Keys);
        Assert.Equal(golden.TrainableParameters, model.TrainableParameters);

        model.eval();
        Fill(model);
        using var none = no_grad();
        var logits = model.call(Image(golden.InputShape));

        var expected = golden.Logits.SelectMany(row => row).ToArray();
        var actual = logits.data<float>().ToArray();
        var tolerance = 1e-4 * Math.Max(1, expected.Max(Math.Abs));
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max(), 0, tolerance);
    }

    private static void Fill(Classifier model)
    {
        using var none = no_grad();
        foreach (var (k, (name, value)) in model.State.Index())
        {
            if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            {
                continue;
            }

            using var noise = tensor(Noise(value.numel(), k), [.. value.shape]);
            value.copy_(value.dim() >= 2 ? noise * Math.Sqrt(6.0 * value.shape[0] / value.numel())
                : name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith("weight", StringComparison.Ordinal) ? 1 + (0.2 * noise)
                : 0.2 * noise);
        }
    }

    private static Tensor Image(long[] shape)
    {
        using var noise = tensor(Noise(shape.Aggregate((a, b) => a * b), 99991), shape);
        return (127.5 * (1 + noise)).floor().to(ScalarType.Float32);
    }

    private static double[] Noise(long count, int k)
    {
        var values = new double[count];
        for (var i = 0; i < values.Length; i++)
        {
            var h = unchecked(((uint)i * 2654435761u) + ((uint)k * 974593577u) + 1013904223u);
            h = unchecked((h ^ (h >> 15)) * 2246822519u);
            h = unchecked((h ^ (h >> 13)) * 3266489917u);
            values[i] = ((h ^ (h >> 16)) / 2147483648.0) - 1;
        }

        return values;
    }

    [GeneratedRegex("_32$")]
    private static partial Regex SmallImages { get; }

    private sealed record Golden(string Model, long[] InputShape, long TrainableParameters, JsonElement[][] StateDict, double[][] Logits)
    {
        public ModelSpec Spec => new()
        {
            Architecture = SmallImages.Replace(Model, "").Replace('_', '-'),
            InputShape = new ImageShape((int)InputShape[2], (int)InputShape[3], (int)InputShape[1]),
            Options = SmallImages.IsMatch(Model)
                ? new Dictionary<string, object> { ["strides"] = new List<object> { 1L, 1L, 1L, 2L, 1L, 2L, 1L } }
                : new Dictionary<string, object>(),
        };
    }
}
