using Masterful.Core.Pipeline;
using Masterful.Results;
using Xunit;

namespace Masterful.Core.Tests.Pipeline;

public sealed class LabelTableTests
{
    [Fact]
    public void What_was_written_is_read_whatever_the_names_are()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, ResultTables.LabelsName);
        LabelFinding[] findings =
        [
            new() { Rank = 1, Split = "train", Image = "a, \"b\"\nc.png", Given = "=1+1", Suggested = "-x", GivenProbability = 0.0312, SuggestedProbability = 0.9, Score = 0.875, Reason = "'quoted'" },
            new() { Rank = 2, Split = "select", Image = "train image 7", Given = "@", Suggested = "é", GivenProbability = 0, SuggestedProbability = 1, Score = 0.5, Reason = "" },
        ];
        File.WriteAllText(path, ResultTables.LabelsCsv(findings));

        Assert.Equal(findings, LabelTable.Read(path));
    }

    [Theory]
    [InlineData("rank\r\n1\r\n")]
    [InlineData("a,b,c,d,e,f,g,h,i\r\n1,train,x,a,b,much,0.5,0.5,why\r\n")]
    [InlineData("a,b,c,d,e,f,g,h,i\r\n1,train,\"x,a,b,0.5,0.5,0.5,why\r\n")]
    public void Another_table_is_refused_with_its_place(string content)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "other.csv");
        File.WriteAllText(path, content);

        Assert.Contains(path, Assert.Throws<InvalidDataException>(() => LabelTable.Read(path)).Message, StringComparison.Ordinal);
    }
}
