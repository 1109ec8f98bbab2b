using System.Buffers.Binary;
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

    [Theory]
    [InlineData(0x28, -1)]
    [InlineData(0x28, long.MaxValue)]
    [InlineData(0x28, 1L << 40)]
    [InlineData(64 + 0x18, -1)]
    [InlineData(64 + 0x18, 1L << 40)]
    [InlineData(64 + 0x28, 0xffffffff)]
    [InlineData(128 + 0x18, long.MinValue)]
    [InlineData(256 + 8, 0xfffffff0)]
    [InlineData(256 + 12, 0xfffffff0)]
    [InlineData(256 + 12, 1)]
    [InlineData(272 + 8, 0x7fffffff)]
    public void Tables_that_lead_out_of_the_file_give_nothing(int offset, long value)
    {
        var elf = SmallLibrary.Bytes();
        Assert.NotNull(WeakVersionNeed.Mark(elf, "GLIBCXX_3.4.32"));

        BinaryPrimitives.WriteInt64LittleEndian(elf.AsSpan(offset), value);

        Assert.Null(WeakVersionNeed.Mark(elf, "GLIBCXX_9.9.9"));
    }

    private static byte[] Library()
    {
        var file = Path.Combine(MachineFolders.FromEnvironment().PackagedBinding, "libLibTorchSharp.so");
        Assert.SkipUnless(File.Exists(file), "needs the Linux build of TorchSharp");
        return File.ReadAllBytes(file);
    }
}
