using Markdig;
using Masterful.Results;
using Xunit;

namespace Masterful.Reporting.Tests;

public class MarkdownTextTests
{
    [Theory]
    [InlineData("a|b `c` *d* _e_ [f](g) <h> !i ~j~ $k$ \\l")]
    [InlineData("# not a heading")]
    [InlineData("1. not a list")]
    [InlineData("- not a list, T-shirt: v1.2 www.evil.example http://evil.example")]
    [InlineData("&amp; stays")]
    [InlineData("Ärmelloses Kleid 衬衫 👟")]
    public void An_escaped_text_reads_as_it_was(string text)
    {
        var html = Markdown.ToHtml(MarkdownText.Escape(text), new MarkdownPipelineBuilder().UseAdvancedExtensions().Build());

        var read = System.Net.WebUtility.HtmlDecode(html).Replace("\u2060", "", StringComparison.Ordinal).Trim();
        Assert.Equal($"<p>{text}</p>", read);
    }

    [Fact]
    public void A_long_name_is_cut_at_a_whole_character()
    {
        var escaped = MarkdownText.Escape(string.Concat(Enumerable.Repeat("👟", 200)));

        Assert.EndsWith("👟…", escaped, StringComparison.Ordinal);
        Assert.InRange(escaped.Length, 100, 122);
    }

    [Fact]
    public void A_code_block_cannot_be_closed_from_within()
    {
        var block = MarkdownText.CodeBlock("sh", ["echo ````", "one\n```\ntwo"]);

        Assert.Equal("`````sh\necho ````\none ``` two\n`````", block);
    }

    [Fact]
    public void A_half_character_does_no_harm() => Assert.Equal("a\uFFFDb", MarkdownText.Escape("a\uD83Db"));

    [Theory]
    [InlineData(0.0732, "7.32%")]
    [InlineData(-0.00001, "0.00%")]
    [InlineData(double.NaN, "–")]
    public void A_share_reads_as_percent(double share, string text) => Assert.Equal(text, Figures.Percent(share));

    [Theory]
    [InlineData(0.021, "+2.10")]
    [InlineData(-0.021, "−2.10")]
    [InlineData(0.00001, "0.00")]
    public void A_change_has_its_sign(double change, string text) => Assert.Equal(text, Figures.Points(change));

    [Theory]
    [InlineData(-0.0004, "0.0%")]
    [InlineData(0.0004, "0.0%")]
    [InlineData(-0.0, "0.0%")]
    [InlineData(-0.361, "−36.1%")]
    [InlineData(0.361, "+36.1%")]
    [InlineData(double.NegativeInfinity, "–")]
    public void A_relative_change_has_one_sign_and_nothing_has_none(double change, string text) => Assert.Equal(text, Figures.SignedPercent(change));

    [Theory]
    [InlineData(0.1, "10%")]
    [InlineData(0.12345, "12.35%")]
    [InlineData(-0.000001, "0%")]
    [InlineData(double.NaN, "–")]
    public void A_short_share_has_no_digits_too_many(double share, string text) => Assert.Equal(text, Figures.ShortPercent(share));

    [Theory]
    [InlineData(4.21, "4.2 s")]
    [InlineData(371, "6 min 11 s")]
    [InlineData(7322, "2 h 2 min")]
    public void A_duration_reads_as_people_say_it(double seconds, string text) => Assert.Equal(text, Figures.Duration(seconds));
}
