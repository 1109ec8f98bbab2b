using System.Security.Cryptography;
using Masterful.Core.Runtime;
using Xunit;

namespace Masterful.Core.Tests.Runtime;

public sealed class FileHashesTests : IDisposable
{
    /// <summary>A file that nobody has changed for long.</summary>
    private static readonly string Old = typeof(object).Assembly.Location;

    private static readonly string Zeros = new('0', 64);
    private readonly TemporaryFolder _folder = new();

    private string Memory => _folder["hashes.txt"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_hash_is_remembered_for_the_same_file_alone()
    {
        var hashes = new FileHashes(Memory);
        var first = hashes.Of(Old).Sha256;
        hashes.Save();
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Old))), first);

        // A memory that lies tells that it is believed while nothing has changed, and no longer.
        var lie = File.ReadAllText(Memory).Replace(first, Zeros, StringComparison.Ordinal);
        File.WriteAllText(Memory, lie);
        Assert.Equal(Zeros, new FileHashes(Memory).Of(Old).Sha256);

        File.WriteAllText(_folder["a.bin"], "abc");
        File.WriteAllText(Memory, lie.Replace(Old, _folder["a.bin"], StringComparison.Ordinal));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("abc"u8)), new FileHashes(Memory).Of(_folder["a.bin"]).Sha256);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x y z\n\n \n")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000 -1 q 99999999999999999999999 0 /a\n")]
    public void A_memory_that_can_not_be_read_is_none(string memory)
    {
        File.WriteAllText(_folder["a.bin"], "abc");
        File.WriteAllText(Memory, memory);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("abc"u8)), new FileHashes(Memory).Of(_folder["a.bin"]).Sha256);
    }

    [Fact]
    public async Task A_file_that_has_just_changed_is_read_again_and_what_is_known_is_not_written_again()
    {
        File.WriteAllText(_folder["new.bin"], "abc");
        var hashes = new FileHashes(Memory);
        await hashes.OfAsync(Old, TestContext.Current.CancellationToken);
        hashes.Of(_folder["new.bin"]);
        hashes.Save();
        Assert.EndsWith(Old, Assert.Single(await File.ReadAllLinesAsync(Memory, TestContext.Current.CancellationToken)), StringComparison.Ordinal);

        File.Delete(Memory);
        hashes.Save();
        Assert.False(File.Exists(Memory));
    }
}
