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
            + "masterful_recall,masterful_recall_low,masterful_recall_high,masterful_precision,masterful_precision_low,masterful_precision_high,"
            + "recall_change,recall_change_low,recall_change_high,recall_change_p,recall_verdict,"
            + "precision_change,precision_change_low,precision_change_high,precision_change_p,precision_verdict", lines[0]);
        Assert.Equal("0,\"cat, \"\"big\"\"\",2,0.75,0.2,0.9,0.5,0.1,0.8,0.75,0.2,0.9,0.5,0.1,0.8,,,,,,,,,,", lines[1]);
        Assert.Equal("1,'=1+1,2,0.25,0.1,0.7,,,,0.25,0.1,0.7,,,,,,,,,,,,,", lines[2]);
        Assert.Equal("", lines[3]);
        Assert.Equal(4, lines.Length);
    }

    [Fact]
    public void Changes_have_their_intervals_and_verdicts_and_what_is_undefined_is_empty()
    {
        var whole = SampleResult.Whole();
        var result = whole with
        {
            Original = whole.Original with { Classes = [whole.Original.Classes[0], whole.Original.Classes[1] with { Support = 0, Predicted = 0 }] },
            Comparison = whole.Comparison with
            {
                Classes =
                [
                    new ClassChange("a", 0.25, 0.1, 0.4) { P = 0.01, Verdict = Verdict.Better, PrecisionChange = -0.1, PrecisionLow = -0.3, PrecisionHigh = 0.1, PrecisionP = 0.4, PrecisionVerdict = Verdict.WithinNoise },
                    new ClassChange("b", double.NaN, double.NaN, double.NaN) { Verdict = Verdict.Undefined, PrecisionVerdict = Verdict.Undefined },
                ],
            },
        };

        var lines = ResultTables.ClassesCsv(result).Split("\r\n");

        Assert.EndsWith(",0.25,0.1,0.4,0.01,better,-0.1,-0.3,0.1,0.4,within-noise", lines[1], StringComparison.Ordinal);
        Assert.Equal("1,'=1+1,0,,,,,,,0.25,0.1,0.7,,,,,,,,undefined,,,,,undefined", lines[2]);
        Assert.DoesNotContain("NaN", string.Concat(lines), StringComparison.Ordinal);
    }

    /// <summary>As earlier versions wrote a class without images, and one that was never predicted.</summary>
    [Fact]
    public void Zeros_of_nothing_in_a_file_are_undefined()
    {
        var read = System.Text.Json.JsonSerializer.Deserialize<ClassResult>(
            """{ "recallHigh": 1, "precision": 0, "precisionLow": 0, "recall": 0, "precisionHigh": 1, "name": "a", "support": 0 }""", ResultFiles.Options)!;
        var never = System.Text.Json.JsonSerializer.Deserialize<ClassResult>(
            """{ "name": "a", "support": 9, "predicted": 0, "recall": 0, "recallLow": 0, "recallHigh": 0.3, "precision": 0, "precisionLow": 0, "precisionHigh": 1 }""", ResultFiles.Options)!;

        Assert.All([read.Recall, read.RecallLow, read.RecallHigh, read.Precision, read.PrecisionLow, read.PrecisionHigh, never.Precision], v => Assert.Equal(double.NaN, v));
        Assert.Equal(0, never.Recall);
        Assert.Contains("\"recall\": null", System.Text.Json.JsonSerializer.Serialize(read, ResultFiles.Options), StringComparison.Ordinal);
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
