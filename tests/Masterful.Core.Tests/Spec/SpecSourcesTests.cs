using Xunit;

namespace Masterful.Core.Tests.Spec;

public sealed class SpecSourcesTests : IDisposable
{
    private static readonly string Sha = new('0', 64);
    private readonly SpecFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_that_a_source_brings_need_not_be_there() =>
        Assert.Empty(Errors($"url: https://example.org/a, sha256: {Sha}, to: data/new.mat", test: "new.mat"));

    [Fact]
    public void A_root_that_sources_bring_whole_need_not_be_there()
    {
        Directory.Delete(Path.Combine(_folder.Root, "data"), recursive: true);
        var sources = string.Concat(new[] { "train", "test" }.Select(s => $"    - {{ url: \"http://example.org/{s}\", sha256: {Sha}, to: data/{s}.mat }}\n"));

        Assert.Empty(_folder.Errors(With($"\n{sources}")));
    }

    [Fact]
    public void A_source_for_another_file_does_not_help() => Assert.Single(
        Errors($"url: https://example.org/a, sha256: {Sha}, to: data/old.mat", test: "new.mat"),
        e => e.Contains("'new.mat' was not found", StringComparison.Ordinal));

    [Theory]
    [InlineData("url: ftp://example.org/a", "4,20 MST0009 'dataset.sources.0.url' is 'ftp://example.org/a', but must be an http or https address.")]
    [InlineData("url: file:///etc/passwd", "4,20 MST0009")]
    [InlineData("url: a/b", "4,20 MST0008 'dataset.sources.0.url' is 'a/b'")]
    public void Addresses_are_http(string url, string error) =>
        Assert.StartsWith(error, Assert.Single(Errors($"{url}, sha256: {Sha}, to: data/x")), StringComparison.Ordinal);

    [Theory]
    [InlineData("abc")]
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    public void A_hash_is_64_hexadecimal_digits(string hash) => Assert.Contains(
        "but must be 64 hexadecimal digits", Assert.Single(Errors($"url: https://example.org/a, sha256: {hash}, to: data/x")), StringComparison.Ordinal);

    [Fact]
    public void A_source_without_a_hash_is_refused() => Assert.Contains(
        "'dataset.sources.0.sha256' is missing", Assert.Single(Errors("url: https://example.org/a, to: data/x")), StringComparison.Ordinal);

    [Theory]
    [InlineData("../x")]
    [InlineData("/tmp/x")]
    [InlineData("data/../../x")]
    [InlineData(".")]
    public void A_source_stays_inside(string to) => Assert.Contains(
        $"MST0014 '{to}' must stay inside the spec's folder or dataset.root.",
        Assert.Single(Errors($"url: https://example.org/a, sha256: {Sha}, to: {to}")),
        StringComparison.Ordinal);

    [Fact]
    public void A_source_may_go_to_a_root_elsewhere()
    {
        using var elsewhere = new SpecFolder();
        var text = With($" [{{ url: \"https://example.org/a\", sha256: {Sha}, to: {elsewhere.Root}/data/x }}]\n")
            .Replace("root: data", $"root: {elsewhere.Root}/data", StringComparison.Ordinal);

        Assert.Empty(_folder.Errors(text));
    }

    [Fact]
    public void Two_sources_do_not_go_to_one_file()
    {
        var source = $"{{ url: \"https://example.org/a\", sha256: {Sha}, to: data/x }}";

        Assert.Equal(2, _folder.Errors(With($" [{source}, {source}]\n")).Count(e => e.Contains("two sources go to 'data/x'", StringComparison.Ordinal)));
    }

    private IReadOnlyList<string> Errors(string source, string test = "test.mat") =>
        _folder.Errors(With($" [{{ {source} }}]\n").Replace("test: test.mat", $"test: {test}", StringComparison.Ordinal));

    private static string With(string sources) =>
        SpecFolder.Valid.Replace("  root: data\n", $"  sources:{sources}  root: data\n", StringComparison.Ordinal);
}
