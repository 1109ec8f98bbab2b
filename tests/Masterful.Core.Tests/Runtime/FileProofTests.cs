using Masterful.Core.Runtime;
using Xunit;

namespace Masterful.Core.Tests.Runtime;

public sealed class FileProofTests : IDisposable
{
    private static readonly DateTimeOffset Later = DateTimeOffset.UtcNow.AddDays(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("masterful proof ").FullName;

    private string File1 => Path.Combine(_folder, "a.bin");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_same_file_holds_by_its_stamp_and_a_fresh_one_by_its_content()
    {
        File.WriteAllText(File1, "one");

        var settled = FileProof.Of(File1, Later);
        var fresh = FileProof.Of(File1, DateTimeOffset.UtcNow);

        Assert.StartsWith("sha256:", fresh, StringComparison.Ordinal);
        Assert.True(FileProof.Holds(File1, settled));
        Assert.True(FileProof.Holds(File1, fresh));
    }

    public static TheoryData<string> Changes => ["older", "same-time", "replaced", "deleted", "longer"];

    [Theory]
    [MemberData(nameof(Changes))]
    public void Another_file_does_not_hold_whatever_its_times_say(string change)
    {
        File.WriteAllText(File1, "one");
        var time = File.GetLastWriteTimeUtc(File1);
        string[] proofs = [FileProof.Of(File1, Later), FileProof.Of(File1, DateTimeOffset.UtcNow)];

        switch (change)
        {
            case "older":
                File.WriteAllText(File1, "two");
                File.SetLastWriteTimeUtc(File1, time.AddYears(-3));
                break;
            case "same-time":
                File.WriteAllText(File1, "two");
                File.SetLastWriteTimeUtc(File1, time);
                break;
            case "replaced":
                var other = Path.Combine(_folder, "b.bin");
                File.WriteAllText(other, "two");
                File.SetLastWriteTimeUtc(other, time);
                File.Move(other, File1, overwrite: true);
                break;
            case "deleted":
                File.Delete(File1);
                break;
            default:
                File.AppendAllText(File1, "!");
                File.SetLastWriteTimeUtc(File1, time);
                break;
        }

        Assert.All(proofs, p => Assert.False(FileProof.Holds(File1, p)));
    }

    [Fact]
    public void A_link_is_what_it_leads_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a right there");
        var (first, second, link) = (Path.Combine(_folder, "1"), Path.Combine(_folder, "2"), Path.Combine(_folder, "link"));
        File.WriteAllText(first, "one");
        File.WriteAllText(second, "two");
        File.SetLastWriteTimeUtc(second, File.GetLastWriteTimeUtc(first));
        File.CreateSymbolicLink(link, first);
        var proof = FileProof.Of(link, Later);
        Assert.True(FileProof.Holds(link, proof));

        File.Delete(link);
        File.CreateSymbolicLink(link, second);

        Assert.False(FileProof.Holds(link, proof));
    }

    [Fact]
    public void A_folder_is_the_names_in_it_but_for_those_that_do_not_count()
    {
        var folder = _folder + Path.DirectorySeparatorChar;
        bool IsCounted(string path) => !path.EndsWith(".tmp", StringComparison.Ordinal);
        File.WriteAllText(File1, "one");
        var proof = FileProof.Of(folder, Later, IsCounted);

        File.WriteAllText(Path.Combine(_folder, "x.tmp"), "");
        Assert.True(FileProof.Holds(folder, proof, IsCounted));

        Directory.CreateDirectory(Path.Combine(_folder, "class"));
        Assert.False(FileProof.Holds(folder, proof, IsCounted));
    }
}
