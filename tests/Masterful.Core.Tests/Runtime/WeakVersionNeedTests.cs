using System.Numerics;
using Masterful.Core.Runtime;
using Xunit;

namespace Masterful.Core.Tests.Runtime;

public class WeakVersionNeedTests
{
    [Fact]
    public void Marking_changes_one_bit_of_TorchSharps_library()
    {
        var original = Library();
        var marked = WeakVersionNeed.Mark(original, "GLIBCXX_3.4.32")!;

        Assert.NotNull(marked);
        Assert.Equal(original.Length, marked.Length);
        Assert.Equal(1, original.Zip(marked, (a, b) => BitOperations.PopCount((uint)(a ^ b))).Sum());
    }

    [Fact]
    public void A_marked_library_stays_as_it_is()
    {
        var marked = WeakVersionNeed.Mark(Library(), "GLIBCXX_3.4.32")!;

        Assert.Equal(marked, WeakVersionNeed.Mark(marked, "GLIBCXX_3.4.32"));
    }

    [Fact]
    public void A_version_that_is_not_needed_and_a_file_that_is_no_library_give_nothing()
    {
        Assert.Null(WeakVersionNeed.Mark(Library(), "GLIBCXX_9.9.9"));
        Assert.Null(WeakVersionNeed.Mark("not a library at all"u8, "GLIBCXX_3.4.32"));
        Assert.Null(WeakVersionNeed.Mark([], "GLIBCXX_3.4.32"));
    }

    private static byte[] Library()
    {
        var file = Path.Combine(MachineFolders.FromEnvironment().PackagedBinding, "libLibTorchSharp.so");
        Assert.SkipUnless(File.Exists(file), "needs the Linux build of TorchSharp");
        return File.ReadAllBytes(file);
    }
}
