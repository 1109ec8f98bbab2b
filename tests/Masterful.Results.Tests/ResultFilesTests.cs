using System.Text.Json.Nodes;
using Xunit;

namespace Masterful.Results.Tests;

public sealed class ResultFilesTests : IDisposable
{
    /// <summary>What reviewers, gates and dashboards read by name; fields are only ever added.</summary>
    private static readonly string[] Promised =
    [
        "schemaVersion",
        "run.id", "run.engineVersion", "run.startedAt", "run.finishedAt", "run.seed", "run.device", "run.trialsRun", "run.trialsReused",
        "dataset.name", "dataset.format", "dataset.fingerprint", "dataset.classes",
        "dataset.counts.train", "dataset.counts.select", "dataset.counts.test", "dataset.counts.unlabeled", "dataset.counts.synthetic",
        "dataset.health.duplicates", "dataset.health.leaks", "dataset.health.unreadable",
        "model.name", "model.parameters", "model.fingerprint", "model.inputShape",
        "recipe.epochs", "recipe.batchSize", "recipe.learningRate", "recipe.optimizer", "recipe.precision", "recipe.seeds",
        "policy.name", "policy.source", "policy.values.0.technique", "policy.values.0.axis", "policy.values.0.kind", "policy.values.0.value",
        .. new[] { "original", "masterful" }.SelectMany(arm => new[]
        {
            "errorRate", "errorRatePerSeed", "validationLoss", "testLoss", "classes.0.name", "classes.0.support",
            "classes.0.recall", "classes.0.recallLow", "classes.0.recallHigh", "classes.0.precision", "classes.0.precisionLow", "classes.0.precisionHigh",
        }.Select(field => $"{arm}.{field}")),
        "comparison.errorRateReduction", "comparison.low", "comparison.high", "comparison.confidence", "comparison.mcnemarP", "comparison.validationLossReduction",
        "attribution.0.technique", "attribution.0.validationLossDelta", "attribution.0.standardError", "attribution.0.significant",
        "search.policiesTested", "search.groups.0.name", "search.groups.0.accepted", "search.groups.0.level",
        "search.imagePasses", "search.seconds", "search.ratio", "search.trainings",
        "gate.status", "gate.rules.0.rule", "gate.rules.0.threshold", "gate.rules.0.actual", "gate.rules.0.status",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("masterful-results-").FullName;

    private string Result => Path.Combine(_folder, ResultFiles.ResultName);

    private string Policies => Path.Combine(_folder, ResultFiles.PoliciesName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("{\"schemaVersion\":null}")]
    [InlineData("{\"schemaVersion\":1,\"run\":null}")]
    [InlineData("{\"schemaVersion\":1,\"run\":{\"id\":null,\"engineVersion\":null}}")]
    [InlineData("{\"\u00ff\u00fe\":[1]}")]
    [InlineData("{\"a\\ud800\":[1]}")]
    [InlineData("{\"schemaVersion\":1,\"notes\":[\"\\ud800\"]}")]
    [InlineData("\u00ff\u00fe{}")]
    [InlineData("[[[[")]
    public void A_file_that_no_version_wrote_is_told_as_that(string text)
    {
        File.WriteAllBytes(Result, System.Text.Encoding.Latin1.GetBytes(text));

        Assert.Throws<InvalidDataException>(() => ResultFiles.Read<RunResult>(Result));
    }

    [Fact]
    public void A_result_has_every_promised_field()
    {
        var root = WrittenResult();

        Assert.All(Promised, path => Assert.True(Has(root, path), path));
    }

    [Fact]
    public void Policies_have_every_promised_field()
    {
        ResultFiles.Write(Policies, SomePolicies());

        var root = JsonNode.Parse(File.ReadAllText(Policies))!;

        string[] promised =
        [
            "axes.0.name", "axes.0.kind", "axes.0.min", "axes.0.max", "policies.0.values.horizontal_mirror", "policies.0.validationLoss",
            "policies.0.errorRate", "policies.0.selected", "policies.0.stage", "policies.0.fidelity", "policies.0.seeds",
        ];
        Assert.All(promised, path => Assert.True(Has(root, path), path));
    }

    [Fact]
    public void All_names_are_camel_case()
    {
        string[] data = ["counts", "classCounts", "sizes", "versions", "options"];
        List<string> names = [];
        void Collect(JsonNode? node)
        {
            foreach (var (name, value) in node as JsonObject ?? [])
            {
                names.Add(name);
                if (!data.Contains(name))
                {
                    Collect(value);
                }
            }

            foreach (var entry in node as JsonArray ?? [])
            {
                Collect(entry);
            }
        }

        Collect(WrittenResult());

        Assert.All(names, name => Assert.Matches("^[a-z][a-zA-Z]*$", name));
    }

    [Fact]
    public void A_result_is_read_as_it_was_written()
    {
        ResultFiles.Write(Result, SampleResult.Whole());
        var first = File.ReadAllBytes(Result);

        ResultFiles.Write(Result, ResultFiles.Read<RunResult>(Result));

        Assert.Equal(first, File.ReadAllBytes(Result));
    }

    [Fact]
    public void What_json_cannot_hold_is_null_and_null_is_not_a_number()
    {
        var root = WrittenResult();
        Assert.Null(root["original"]!["testLoss"]);
        Assert.Null(root["original"]!["errorRatePerSeed"]![1]);
        Assert.Null(root["comparison"]!["validationLossReduction"]);

        var read = ResultFiles.Read<RunResult>(Result);

        Assert.Equal(double.NaN, read.Original.TestLoss);
        Assert.Equal([0.5, double.NaN], read.Original.ErrorRatePerSeed);
        Assert.Null(read.Comparison.ValidationLossReduction);
        Assert.Equal([1, double.NaN], read.Dataset.Health.Mean);
    }

    [Fact]
    public void Policies_are_read_as_they_were_written()
    {
        ResultFiles.Write(Policies, SomePolicies());

        var read = ResultFiles.Read<PoliciesFile>(Policies);

        Assert.Equal([new PolicyAxis("horizontal_mirror", "rr", 0, 1)], read.Axes);
        Assert.Equal(0.5, read.Policies[0].Values["horizontal_mirror"]);
        Assert.Equal(double.NaN, read.Policies[0].ValidationLoss);
        Assert.True(read.Policies[0].Selected);
    }

    [Fact]
    public void Fields_of_a_later_minor_version_are_passed_over()
    {
        var root = WrittenResult();
        root["later"] = new JsonObject { ["x"] = 1 };
        root["run"]!["later"] = "y";
        File.WriteAllText(Result, root.ToJsonString());

        Assert.Equal("r1", ResultFiles.Read<RunResult>(Result).Run.Id);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("0")]
    [InlineData("\"1\"")]
    [InlineData("1.5")]
    [InlineData("null")]
    public void Another_layout_is_refused_by_its_number(string version)
    {
        File.WriteAllText(Result, $$"""{ "schemaVersion": {{version}}, "everything": "else" }""");

        var e = Assert.Throws<InvalidDataException>(() => ResultFiles.Read<RunResult>(Result));

        Assert.Contains($"layout version {version}", e.Message, StringComparison.Ordinal);
        Assert.Contains(Result, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"text\"")]
    [InlineData("\u0000\u0001")]
    public void What_is_not_a_result_is_invalid_data(string content)
    {
        File.WriteAllText(Result, content);

        Assert.Throws<InvalidDataException>(() => ResultFiles.Read<RunResult>(Result));
    }

    [Fact]
    public void A_result_cut_anywhere_is_invalid_data()
    {
        ResultFiles.Write(Result, SampleResult.Whole());
        var whole = File.ReadAllBytes(Result);
        for (var length = 0; length < whole.Length - 1; length += 97)
        {
            File.WriteAllBytes(Result, whole[..length]);
            Assert.Throws<InvalidDataException>(() => ResultFiles.Read<RunResult>(Result));
        }
    }

    [Theory]
    [InlineData("dataset", "classes", "[null]")]
    [InlineData("dataset", "classes", "null")]
    [InlineData("dataset", "counts", "{\"train\": \"many\"}")]
    [InlineData("original", "classes", "[null]")]
    [InlineData("original", "errorRate", "\"low\"")]
    [InlineData("gate", "rules", "[null]")]
    public void A_wrong_or_missing_value_is_invalid_data(string section, string field, string value)
    {
        var root = WrittenResult();
        root[section]![field] = JsonNode.Parse(value);
        File.WriteAllText(Result, root.ToJsonString());

        Assert.Throws<InvalidDataException>(() => ResultFiles.Read<RunResult>(Result));
    }

    [Fact]
    public void Nesting_without_end_is_invalid_data()
    {
        File.WriteAllText(Result, new string('[', 100_000));

        Assert.Throws<InvalidDataException>(() => ResultFiles.Read<RunResult>(Result));
    }

    [Fact]
    public void A_missing_file_is_an_io_error() => Assert.ThrowsAny<IOException>(() => ResultFiles.Read<RunResult>(Result));

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_nothing_else()
    {
        AtomicFile.Write(Result, "old");

        Assert.Throws<IOException>(() => AtomicFile.Write(Result, stream =>
        {
            stream.Write("half"u8);
            throw new IOException("No space left on device");
        }));

        Assert.Equal("old", File.ReadAllText(Result));
        Assert.Equal([Result], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_an_io_error()
    {
        AtomicFile.Write(Result, "a file, not a folder");

        Assert.ThrowsAny<IOException>(() => AtomicFile.Write(Path.Combine(Result, "x.json"), "new"));
    }

    private static bool Has(JsonNode root, string path)
    {
        var node = root;
        var names = path.Split('.');
        foreach (var name in names[..^1])
        {
            node = int.TryParse(name, out var index) ? node?[index] : node?[name];
        }

        return node is JsonObject last && last.ContainsKey(names[^1]);
    }

    private static PoliciesFile SomePolicies() => new([new PolicyAxis("horizontal_mirror", "rr", 0, 1)],
    [
        new TestedPolicyInfo { Values = new Dictionary<string, double> { ["horizontal_mirror"] = 0.5 }, ValidationLoss = double.NaN, Stage = "s", Selected = true },
    ]);

    private JsonNode WrittenResult()
    {
        ResultFiles.Write(Result, SampleResult.Whole());
        return JsonNode.Parse(File.ReadAllText(Result))!;
    }
}
