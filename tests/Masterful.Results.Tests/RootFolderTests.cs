using Xunit;

namespace Masterful.Results.Tests;

public sealed class RootFolderTests : IDisposable
{
    private readonly string _base = Directory.CreateTempSubdirectory("masterful-root-").FullName;

    private string Root => Directory.CreateDirectory(Path.Combine(_base, "root")).FullName;

    private string Outside => Directory.CreateDirectory(Path.Combine(_base, "outside")).FullName;

    public void Dispose() => Directory.Delete(_base, recursive: true);

    [Theory]
    [InlineData("a.txt", "a.txt")]
    [InlineData("new/folder/a.txt", "new/folder/a.txt")]
    [InlineData("x/../a.txt", "a.txt")]
    public void A_file_in_the_folder_has_a_place(string file, string place) =>
        Assert.Equal(Path.Combine(Root, place), new RootFolder(Root).Place(file));

    [Theory]
    [InlineData("../a.txt")]
    [InlineData("x/../../a.txt")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("/etc/passwd")]
    [InlineData("../root-too/a.txt")]
    [InlineData("a\0b")]
    public void What_leads_out_by_its_text_has_none(string file) =>
        Assert.Throws<LeavesRootException>(() => new RootFolder(Root).Place(file));

    [Fact]
    public void What_leads_out_through_a_linked_folder_has_none()
    {
        Directory.CreateSymbolicLink(Path.Combine(Root, "linked"), Outside);
        Directory.CreateSymbolicLink(Path.Combine(Root, "relative"), "../outside");
        Directory.CreateDirectory(Path.Combine(Root, "deep"));
        Directory.CreateSymbolicLink(Path.Combine(Root, "deep", "twice"), "../linked");
        var root = new RootFolder(Root);

        Assert.Contains(Outside, Assert.Throws<LeavesRootException>(() => root.Place("linked/a.txt")).Message, StringComparison.Ordinal);
        Assert.Throws<LeavesRootException>(() => root.Place("relative/new/a.txt"));
        Assert.Throws<LeavesRootException>(() => root.Place("deep/twice/a.txt"));
        Assert.Throws<LeavesRootException>(() => root.Resolve("linked"));
    }

    [Fact]
    public void Two_dots_after_a_link_are_those_of_its_target()
    {
        // By its text root/linked/../a.txt is root/a.txt; the system opens what is above the link's target.
        Directory.CreateDirectory(Path.Combine(Outside, "below"));
        Directory.CreateSymbolicLink(Path.Combine(Root, "linked"), Path.Combine(Outside, "below"));
        Directory.CreateSymbolicLink(Path.Combine(Root, "sly"), "linked/..");

        Assert.Throws<LeavesRootException>(() => new RootFolder(Root).Place("sly/a.txt"));
        Assert.Equal(Outside, RootFolder.WithoutLinks(Path.Combine(Root, "sly")));
    }

    [Fact]
    public void A_link_that_stays_inside_is_followed()
    {
        Directory.CreateDirectory(Path.Combine(Root, "data"));
        Directory.CreateSymbolicLink(Path.Combine(Root, "linked"), "data");

        Assert.Equal(Path.Combine(Root, "data", "a.txt"), new RootFolder(Root).Place("linked/a.txt"));
    }

    [Fact]
    public void A_file_that_is_a_link_is_replaced_where_it_stands_and_not_read_where_it_leads()
    {
        var victim = Path.Combine(Outside, "victim");
        File.WriteAllText(victim, "old");
        File.CreateSymbolicLink(Path.Combine(Root, "a.txt"), victim);
        var root = new RootFolder(Root);

        AtomicFile.Write(root.Place("a.txt"), "new");

        Assert.Equal("old", File.ReadAllText(victim));
        Assert.Equal("new", File.ReadAllText(Path.Combine(Root, "a.txt")));
        File.Delete(Path.Combine(Root, "a.txt"));
        File.CreateSymbolicLink(Path.Combine(Root, "a.txt"), victim);
        Assert.Throws<LeavesRootException>(() => root.Resolve("a.txt"));
    }

    [Fact]
    public void The_folder_itself_may_be_a_link()
    {
        Directory.CreateSymbolicLink(Path.Combine(_base, "named"), Root);

        Assert.Equal(Path.Combine(Root, "a.txt"), new RootFolder(Path.Combine(_base, "named")).Place("a.txt"));
    }

    [Fact]
    public void Links_in_a_circle_are_an_error_and_no_hang()
    {
        Directory.CreateSymbolicLink(Path.Combine(Root, "one"), "two");
        Directory.CreateSymbolicLink(Path.Combine(Root, "two"), "one");

        Assert.Throws<IOException>(() => new RootFolder(Root).Place("one/a.txt"));
    }
}
