using Xunit;

namespace Masterful.Results.Tests;

public sealed class StagedFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("masterful-staged-").FullName;

    private string[] Files => [.. Directory.GetFiles(_folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Takes_its_place_when_it_is_whole()
    {
        var path = Path.Combine(_folder, "a.txt");
        File.WriteAllText(path, "old");
        using var staged = StagedFile.Create(path);
        staged.Stream.Write("new"u8);
        Assert.Equal("old", File.ReadAllText(path));

        staged.Take();

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(["a.txt"], Files);
    }

    [Fact]
    public void Leaves_nothing_when_it_is_given_up()
    {
        using (var staged = StagedFile.Create(Path.Combine(_folder, "a.txt")))
        {
            staged.Stream.Write("new"u8);
        }

        Assert.Empty(Files);
    }

    [Fact]
    public void What_a_kill_left_is_removed_and_what_is_being_written_stays()
    {
        string left;
        using (var killed = StagedFile.Create(Path.Combine(_folder, "report.html")))
        {
            left = File.ReadAllText(Directory.GetFiles(_folder, ".report.html.*").Single());
            File.Copy(Directory.GetFiles(_folder, ".report.html.*").Single(), Path.Combine(_folder, ".report.html.1f-0123456789abcdef0123456789abcdef.tmp"));
        }

        foreach (var other in new[] { ".htaccess.tmp", "notes.tmp", ".a.12-34.tmp" })
        {
            File.WriteAllText(Path.Combine(_folder, other), left);
        }

        using var written = StagedFile.Create(Path.Combine(_folder, "result.json"));

        StagedFile.RemoveLeftovers(_folder);

        Assert.Equal(4, Files.Length);
        Assert.DoesNotContain(Files, f => f.StartsWith(".report", StringComparison.Ordinal));
        written.Take();
        Assert.Contains("result.json", Files);
    }

    [Fact]
    public void Of_a_link_with_such_a_name_nothing_is_touched()
    {
        var victim = Path.Combine(_folder, "victim");
        File.WriteAllText(victim, "old");
        File.CreateSymbolicLink(Path.Combine(_folder, ".a.1f-0123456789abcdef0123456789abcdef.tmp"), victim);

        StagedFile.RemoveLeftovers(_folder);
        StagedFile.RemoveLeftovers(Path.Combine(_folder, "absent"));

        Assert.Equal("old", File.ReadAllText(victim));
        Assert.Equal(2, Files.Length);
    }
}
