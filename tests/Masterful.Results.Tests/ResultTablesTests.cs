using Xunit;

namespace Masterful.Results.Tests;

public class ResultTablesTests
{
    [Fact]
    public void Classes_are_quoted_and_cannot_be_formulas()
    {
        var lines = ResultTables.ClassesCsv(SampleResult.Whole()).Split("\r\n");

        Assert.Equal(
            "class,name,support,original_recall,original_recall_low,original_recall_high,original_precision,original_precision_low,original_precision_high,"
            + "masterful_recall,masterful_recall_low,masterful_recall_high,masterful_precision,masterful_precision_low,masterful_precision_high", lines[0]);
        Assert.Equal("0,\"cat, \"\"big\"\"\",2,0.75,0.2,0.9,0.5,0.1,0.8,0.75,0.2,0.9,0.5,0.1,0.8", lines[1]);
        Assert.Equal("1,'=1+1,2,0.25,0.1,0.7,,0,1,0.25,0.1,0.7,,0,1", lines[2]);
        Assert.Equal("", lines[3]);
        Assert.Equal(4, lines.Length);
    }

    [Fact]
    public void Confusion_lists_each_pair_that_a_model_produced()
    {
        var lines = ResultTables.ConfusionCsv(SampleResult.Whole()).Split("\r\n");

        Assert.Equal(
            [
                "true_class,true_name,predicted_class,predicted_name,original,masterful",
                "0,\"cat, \"\"big\"\"\",0,\"cat, \"\"big\"\"\",3,4",
                "0,\"cat, \"\"big\"\"\",1,'=1+1,1,0",
                "1,'=1+1,0,\"cat, \"\"big\"\"\",3,2",
                "1,'=1+1,1,'=1+1,1,2",
                "",
            ], lines);
    }

    [Fact]
    public void Pairs_that_never_happened_are_left_out()
    {
        var whole = SampleResult.Whole();
        var exact = whole with { Original = whole.Original with { Confusion = [] }, Masterful = whole.Masterful with { Confusion = [[4, 0], [0, 4]] } };

        Assert.Equal(4, ResultTables.ConfusionCsv(exact).Split("\r\n").Length);
    }

    [Theory]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\tx", "'\tx")]
    [InlineData("a\nb", "\"a\nb\"")]
    [InlineData("=A1,\"x\"", "\"'=A1,\"\"x\"\"\"")]
    [InlineData("", "")]
    public void Names_are_safe_in_a_spreadsheet(string name, string cell)
    {
        var whole = SampleResult.Whole();
        var named = whole with { Original = whole.Original with { Classes = [whole.Original.Classes[0] with { Name = name }] } };

        Assert.Contains($"\r\n0,{cell},2,", ResultTables.ClassesCsv(named), StringComparison.Ordinal);
    }
}
