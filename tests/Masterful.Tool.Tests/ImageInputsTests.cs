using Masterful.Core.Data;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Tool.Tests;

/// <summary>The images that a command line names.</summary>
public sealed class ImageInputsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("masterful-inputs-");
    private readonly List<Diagnostic> _told = [];

    public ImageInputsTests()
    {
        foreach (var name in new[] { "b.png", "a.JPG", "notes.txt", ".hidden.png", "z/c.png", "m/x/d.gif", "m/e.webp", "m/Thumbs.db", "[1].png", "@eaDir/thumb.png", "empty/readme.md" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Full(name))!);
            File.WriteAllText(Full(name), "");
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("z/c.png b.png z/c.png", "z/c.png b.png z/c.png")]
    [InlineData("not-there.png b.png", "not-there.png b.png")]
    [InlineData("notes.txt", "notes.txt")]
    [InlineData("m z", "m/e.webp m/x/d.gif z/c.png")]
    [InlineData(".", "./[1].png ./a.JPG ./b.png ./m/e.webp ./m/x/d.gif ./z/c.png")]
    [InlineData("*.png", "[1].png b.png")]
    [InlineData("?.*", "a.JPG b.png")]
    [InlineData("[1].png", "[1].png")]
    [InlineData("*/*", "m/e.webp m/x/d.gif z/c.png")]
    [InlineData("**/*.png", "[1].png b.png z/c.png")]
    [InlineData("m/**", "m/e.webp m/x/d.gif")]
    [InlineData("m/**/d.gif", "m/x/d.gif")]
    public void Files_folders_and_patterns_are_files_in_order(string arguments, string files)
    {
        Assert.Equal(files.Split(' '), Files("", arguments.Split(' ')));
        Assert.Empty(_told);
    }

    [Theory]
    [InlineData("b.png\nz\n\nm/*.webp\n")]
    [InlineData("b.png\r\nz/c.png\r\nm/e.webp")]
    [InlineData("b.png\0z/c.png\0m/e.webp\0")]
    public void A_list_on_standard_input_stands_where_its_dash_does(string list) =>
        Assert.Equal(["a.JPG", "b.png", "z/c.png", "m/e.webp", "a.JPG"], Files(list, "a.JPG", "-", "a.JPG"));

    [Theory]
    [InlineData("empty", "no image in the folder 'empty'")]
    [InlineData("*.tiff", "No image matches '*.tiff'")]
    [InlineData("nowhere/*/x.png", "No image matches")]
    public void What_has_no_image_is_told(string argument, string told)
    {
        Assert.Equal(["b.png"], Files("", argument, "b.png"));

        Assert.Contains(_told, d => d.Code == ToolDiagnostics.NoImages && d.Message.Contains(told, StringComparison.Ordinal));
    }

    [Fact]
    public void Links_that_lead_round_in_a_circle_end()
    {
        Directory.CreateSymbolicLink(Full("m/up"), _folder.FullName);

        var files = Files("", "m").ToList();

        Assert.Equal("m/e.webp", files[0]);
        Assert.InRange(files.Count, 2, 20);
    }

    [Fact]
    public void Names_that_are_not_utf8_are_told_and_not_passed_over()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "names are bytes on Unix alone");
        Shell(@"cd ""$1/m"" && : > ""$(printf 'caf\351.png')"" && mkdir ""$(printf 'd\344')""");

        var files = Files("", "m").ToList();
        Shell(@"rm -rf ""$1/m""");

        Assert.Equal(["m/e.webp", "m/x/d.gif"], files);
        Assert.Equal([DataDiagnostics.NameNotText, DataDiagnostics.NameNotText], _told.Select(d => d.Code));

        void Shell(string script)
        {
            using var process = System.Diagnostics.Process.Start("sh", ["-c", script, "sh", _folder.FullName]);
            process.WaitForExit();
        }
    }

    [Fact]
    public void Nothing_is_looked_at_before_it_is_asked_for()
    {
        using var files = new ImageInputs(new StringReader(""), _told.Add).Files([Full("b.png"), Full("*.tiff")]).GetEnumerator();

        Assert.True(files.MoveNext());
        Assert.Empty(_told);
        Assert.False(files.MoveNext());
        Assert.Single(_told);
    }

    private List<string> Files(string input, params string[] arguments)
    {
        // Relative paths are the working directory's, which is every test's: the folder is put before and taken away again.
        var inputs = new ImageInputs(new StringReader(string.Join('\n', input.Split('\n').Select(l => string.Join('\0', l.Split('\0').Select(Rooted))))), _told.Add);
        var files = inputs.Files(arguments.Select(a => a == "-" ? a : Rooted(a))).Select(f => f.Replace(_folder.FullName + "/", "", StringComparison.Ordinal)).ToList();
        for (var i = 0; i < _told.Count; i++)
        {
            _told[i] = _told[i] with { Message = _told[i].Message.Replace(_folder.FullName + "/", "", StringComparison.Ordinal) };
        }

        return files;

        string Rooted(string path) => path.Trim().Length == 0 ? path : $"{_folder.FullName}/{path}";
    }

    private string Full(string path) => Path.Combine(_folder.FullName, path);
}
