using Xunit;

namespace Masterful.Results.Tests;

public sealed class FileFactsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("masterful-facts-").FullName;

    private string File => Path.Combine(_folder, "a.bin");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Tells_kinds_apart()
    {
        System.IO.File.WriteAllText(File, "abc");
        System.IO.File.CreateSymbolicLink(Path.Combine(_folder, "link"), File);

        Assert.Equal(FileKind.File, FileFacts.Of(File)!.Value.Kind);
        Assert.Equal(FileKind.Folder, FileFacts.Of(_folder)!.Value.Kind);
        Assert.Equal(FileKind.Link, FileFacts.Of(Path.Combine(_folder, "link"))!.Value.Kind);
        Assert.True(FileFacts.Of(Path.Combine(_folder, "link"), follow: true)!.Value.IsSame(FileFacts.Of(File)!.Value));
        Assert.Null(FileFacts.Of(Path.Combine(_folder, "absent")));
        Assert.Null(FileFacts.Of("a\0b"));
    }

    [Fact]
    public void An_open_file_is_the_one_at_its_path()
    {
        System.IO.File.WriteAllText(File, "abc");
        using var open = System.IO.File.OpenHandle(File);

        var facts = FileFacts.Of(open);

        Assert.True(facts.IsSame(FileFacts.Of(File)!.Value));
        Assert.Equal(3, facts.Length);
        Assert.Equal(FileFacts.User, facts.Owner);
        Assert.Equal(1UL, facts.Links);
    }

    [Fact]
    public void A_replaced_or_rewritten_file_is_another_though_its_length_and_time_are_kept()
    {
        System.IO.File.WriteAllText(File, "abc");
        var (before, time) = (FileFacts.Of(File)!.Value, System.IO.File.GetLastWriteTimeUtc(File));

        // A clock's tick must lie between the two writes.
        FileFacts rewritten;
        do
        {
            System.IO.File.WriteAllText(File, "xyz");
            System.IO.File.SetLastWriteTimeUtc(File, time);
            rewritten = FileFacts.Of(File)!.Value;
        }
        while (rewritten.Changed == before.Changed);

        System.IO.File.WriteAllText(File + ".new", "123");
        System.IO.File.SetLastWriteTimeUtc(File + ".new", time);
        System.IO.File.Move(File + ".new", File, overwrite: true);
        var replaced = FileFacts.Of(File)!.Value;

        Assert.Equal(time, System.IO.File.GetLastWriteTimeUtc(File));
        Assert.False(rewritten.IsSame(before));
        Assert.False(replaced.IsSame(rewritten));
    }
}
