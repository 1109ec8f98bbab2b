using System.Text;
using Masterful.Core.Spec;
using Masterful.Core.Spec.Yaml;
using Xunit;

namespace Masterful.Core.Tests.Spec;

/// <summary>Files that are no spec, or no YAML, or hostile.</summary>
public sealed class SpecTextTests : IDisposable
{
    private readonly SpecFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    [InlineData("---\n")]
    public void An_empty_file_is_told(string text) =>
        Assert.Equal("1,1 MST0002 the spec is empty; `dotnet masterful init` writes one.", Assert.Single(_folder.Errors(text)));

    [Theory]
    [InlineData("- a\n", "1,1 MST0008 a spec must be a section")]
    [InlineData("hello\n", "1,1 MST0008 a spec must be a section")]
    [InlineData("version: 1\ndataset: {\n", "MST0003 not valid YAML: ")]
    [InlineData("version: [1\n", "MST0003 not valid YAML: ")]
    [InlineData("version: 1\ndataset: { splits: { train: a }\nmodel: { architecture: small-cnn }\n", "MST0003 not valid YAML: ")]
    [InlineData("version: 1\n  dataset: 3\n", "MST0003 not valid YAML: ")]
    [InlineData("version: 'a\n", "MST0003 not valid YAML: ")]
    [InlineData("version: 1\ndataset:\n\tformat: svhn\n", "3,1 MST0003 a tab stands in the indentation; indent with spaces.")]
    [InlineData("version: 1\ndataset:\n  format: svhn\n  \troot: data\n", "4,3 MST0003 a tab stands in the indentation; indent with spaces.")]
    [InlineData("version: 1\n---\nversion: 1\n", "2,1 MST0003 a second document begins here; a spec is one document.")]
    [InlineData("version: *x\n", "1,10 MST0003 not valid YAML: the alias '*x' refers to nothing before it.")]
    [InlineData("version: &x [*x]\n", "1,14 MST0003 not valid YAML: the alias '*x' refers to nothing before it.")]
    [InlineData("? [a]\n: 1\n", "1,3 MST0003 not valid YAML: a key must be a single word.")]
    [InlineData("version: 1\nversion: 1\n", "2,1 MST0007 'version' stands twice in this section (first in line 1); remove one.")]
    public void What_is_not_right_YAML_is_told_with_its_place(string text, string error) =>
        Assert.Contains(_folder.Errors(text), e => e.Contains(error, StringComparison.Ordinal) && !e.StartsWith("0,", StringComparison.Ordinal));

    [Fact]
    public void An_alias_bomb_is_refused_at_once()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var level = 1; level < 12; level++)
        {
            var aliases = string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 10));
            text.Append($"a{level}: &a{level} [{aliases}]\n");
        }

        var watch = System.Diagnostics.Stopwatch.StartNew();
        var errors = _folder.Errors(text.ToString());

        Assert.StartsWith("4,", Assert.Single(errors), StringComparison.Ordinal);
        Assert.Contains("MST0004 more than 10000 values, aliases expanded", errors[0], StringComparison.Ordinal);
        Assert.True(watch.ElapsedMilliseconds < 1000, $"{watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public void An_honest_alias_is_followed()
    {
        var (spec, _) = _folder.Load($"{SpecFolder.Valid}report: {{ path: &path out/report }}\nruntime: {{ cache: *path }}\n");

        Assert.Equal(spec.Report.Path, spec.Runtime.Cache);
    }

    [Theory]
    [InlineData(YamlTreeReader.MaximumDepth - 1, false)]
    [InlineData(YamlTreeReader.MaximumDepth, true)]
    [InlineData(100_000, true)]
    public void Deep_nesting_is_refused(int lists, bool refused)
    {
        var errors = _folder.Errors($"a: {new string('[', lists)}{new string(']', lists)}\n");

        Assert.Equal(refused, errors.Any(e => e.Contains("MST0004 nested more than 32 levels deep.", StringComparison.Ordinal)));
    }

    [Fact]
    public void Many_values_are_refused() => Assert.Contains(
        "MST0004", Assert.Single(_folder.Errors($"a: [{string.Join(',', Enumerable.Repeat("1", 20_000))}]\n")), StringComparison.Ordinal);

    [Fact]
    public void A_file_over_a_megabyte_is_refused() => Assert.Contains(
        "MST0002", Assert.Single(_folder.Errors(SpecFolder.Valid + new string('#', SpecLoader.MaximumBytes))), StringComparison.Ordinal);

    [Fact]
    public void Bytes_that_are_not_text_are_told_with_their_place()
    {
        _folder.Add("masterful.yaml", [.. "version: 1\nname: "u8, 0xff, 0xfe]);

        var exception = Assert.Throws<DiagnosticException>(() => SpecLoader.Load(_folder.SpecFile, [], _ => null));

        Assert.Equal(new SourcePosition(_folder.SpecFile, 2, 7), exception.Diagnostics[0].Position);
    }

    [Fact]
    public void A_byte_order_mark_and_Windows_line_ends_are_fine() => Assert.Empty(
        _folder.Errors("\uFEFF" + SpecFolder.Valid.Replace("\n", "\r\n", StringComparison.Ordinal)));

    [Fact]
    public void A_missing_file_is_told()
    {
        var exception = Assert.Throws<DiagnosticException>(() => SpecLoader.Load(Path.Combine(_folder.Root, "other.yaml"), [], _ => null));

        Assert.Equal(SpecDiagnostics.SpecNotFound, exception.Diagnostics[0].Code);
        Assert.Contains("does not exist", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_told()
    {
        var exception = Assert.Throws<DiagnosticException>(() => SpecLoader.Load(_folder.Root, [], _ => null));

        Assert.Equal(SpecDiagnostics.SpecNotFound, exception.Diagnostics[0].Code);
        Assert.Contains("is a folder", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Positions_have_the_path_that_was_given_and_reach_into_lists()
    {
        var (spec, _) = _folder.Load(SpecFolder.Valid);
        Assert.Equal(new SourcePosition(_folder.SpecFile, 5, 13), spec.PositionOf("dataset.splits.train"));

        var relative = Path.GetRelativePath(Environment.CurrentDirectory, _folder.SpecFile);
        var given = SpecLoader.Load(relative, [], _ => null).Spec;

        Assert.Equal(_folder.SpecFile, given.Path);
        Assert.Equal(new SourcePosition(relative, 7, 3), given.PositionOf("model.architecture"));
        Assert.Equal(new SourcePosition(relative, 2, 1), given.PositionOf("dataset.validation"));
        var list = _folder.Load(SpecFolder.Valid.Replace("train: train.mat", "train: [train.mat]", StringComparison.Ordinal)).Spec;
        Assert.Equal(new SourcePosition(_folder.SpecFile, 5, 21), list.PositionOf("dataset.splits.train.0"));
    }
}
