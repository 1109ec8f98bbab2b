using System.Text.Json;

namespace Masterful.Core.Tests.Evaluation;

/// <summary>Figures of scikit-learn and statsmodels on small inputs that stand in the file itself.</summary>
internal static class GoldenStatistics
{
    internal static JsonElement Root { get; } = Read();

    internal static double[] Numbers(this JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetDouble())];

    internal static int[] Integers(this JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetInt32())];

    private static JsonElement Read()
    {
        var folder = Environment.GetEnvironmentVariable("MASTERFUL_GOLDEN") ?? ProjectsOwn();
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "statistics.json")));
        return document.RootElement.Clone();
    }

    private static string ProjectsOwn()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Masterful.Tool.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Masterful.Tool.sln is in no folder above the tests.");
        }

        return Path.Combine(folder, "tests", "golden");
    }
}
