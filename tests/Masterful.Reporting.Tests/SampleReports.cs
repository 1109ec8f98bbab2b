using System.Collections.Concurrent;
using Masterful.Results;
using Xunit;

namespace Masterful.Reporting.Tests;

/// <summary>To look at: every sample as a report, and every chart, in the folder that MASTERFUL_REPORT_SAMPLES names, by default <c>samples</c> beside the tests (run with <c>-explicit only</c>).</summary>
public class SampleReports
{
    public static IReadOnlyDictionary<string, Func<(RunResult Result, PoliciesFile? Policies)>> All { get; } = new Dictionary<string, Func<(RunResult, PoliciesFile?)>>
    {
        ["fashion"] = () => (SampleResults.Fashion(), SampleResults.FashionPolicies()),
        ["none"] = () => (SampleResults.None(), SampleResults.FashionPolicies(12)),
        ["locked"] = () => (SampleResults.Locked(), null),
        ["hostile"] = () => (SampleResults.Hostile(), SampleResults.FashionPolicies(3)),
        ["many"] = () => (SampleResults.ManyClasses(100), SampleResults.FashionPolicies(200)),
        ["verdicts"] = () => (SampleResults.Verdicts(), null),
        ["no-errors"] = () => (SampleResults.Rates(0, 0), null),
        ["errors-from-none"] = () => (SampleResults.Rates(0, 0.0075), null),
        ["no-result"] = () => (SampleResults.Rates(0.1, double.NaN), null),
        ["two"] = () => (SampleResults.ManyClasses(2), null),
    };

    private static readonly ConcurrentDictionary<string, Lazy<IReadOnlyList<(string Path, byte[] Bytes)>>> Files = new();

    /// <summary>A sample's files, rendered once for all tests.</summary>
    public static IReadOnlyList<(string Path, byte[] Bytes)> Rendered(string name) => Files.GetOrAdd(name, _ => new(() =>
    {
        var (result, policies) = All[name]();
        return ReportWriter.Render(result, policies, null, new ReportOptions());
    })).Value;

    public static string Text(string name, string path) => System.Text.Encoding.UTF8.GetString(Rendered(name).Single(f => f.Path == path).Bytes);

    [Fact(Explicit = true)]
    public void Samples_are_written_where_they_can_be_looked_at()
    {
        var folder = Environment.GetEnvironmentVariable("MASTERFUL_REPORT_SAMPLES") ?? Path.Combine(AppContext.BaseDirectory, "samples");
        foreach (var (name, sample) in All)
        {
            var target = Path.Combine(folder, name);
            var (result, policies) = sample();
            ResultFiles.Write(Path.Combine(target, ResultFiles.ResultName), result);
            if (policies is not null)
            {
                ResultFiles.Write(Path.Combine(target, ResultFiles.PoliciesName), policies);
            }

            ReportWriter.Write(target, new ReportOptions());
        }

        foreach (var (name, chart) in Charts.SampleCharts.All)
        {
            File.WriteAllBytes(Path.Combine(folder, name + ".png"), chart().ToPng());
        }
    }
}
