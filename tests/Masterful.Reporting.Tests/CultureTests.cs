using Masterful.Reporting.PullRequest;
using Masterful.Results.Tests;
using Xunit;

namespace Masterful.Reporting.Tests;

/// <summary>An application whose users write 66,88% gets the same report as any other: byte for byte.</summary>
public class CultureTests
{
    public static TheoryData<string> Names => [.. Cultures.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Texts_tables_charts_and_page_are_the_same_in_every_culture(string culture)
    {
        var expected = Files();

        var written = Cultures.In(culture, Files);

        Assert.Equal(expected.Keys, written.Keys);
        Assert.All(expected, file => Assert.True(file.Value.SequenceEqual(written[file.Key]), file.Key));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_comment_in_a_pull_request_is_the_same_in_every_culture(string culture)
    {
        static string Page() => new PullRequestPage(SampleResults.Fashion(), new PullRequestOptions { Baseline = SampleResults.None(), BaselineName = "main" }).Comment();

        Assert.Equal(Page(), Cultures.In(culture, Page));
    }

    private static SortedDictionary<string, byte[]> Files()
    {
        using var folder = new ReportFolder(SampleResults.Fashion(), SampleResults.FashionPolicies());
        ReportWriter.Write(folder.Path, new ReportOptions());
        return new(
            Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(folder.Path, f), File.ReadAllBytes), StringComparer.Ordinal);
    }
}
