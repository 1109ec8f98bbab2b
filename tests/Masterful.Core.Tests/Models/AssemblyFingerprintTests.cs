using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Masterful.Core.Models;
using Xunit;

namespace Masterful.Core.Tests.Models;

public sealed class AssemblyFingerprintTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_id_and_the_time_that_a_compiler_writes_do_not_count()
    {
        var bytes = File.ReadAllBytes(SourceTree.SampleModels);
        var header = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(0x3c));
        bytes[header + 8] ^= 0xff;
        bytes[IdOffset(bytes)] ^= 0xff;
        File.WriteAllBytes(_folder["Again.dll"], bytes);

        Assert.Equal(AssemblyFingerprint.Of(SourceTree.SampleModels), AssemblyFingerprint.Of(_folder["Again.dll"]));
    }

    [Fact]
    public void Code_counts()
    {
        var bytes = File.ReadAllBytes(SourceTree.SampleModels);
        bytes[CodeOffset(bytes)] ^= 0x01;
        File.WriteAllBytes(_folder["Other.dll"], bytes);

        Assert.NotEqual(AssemblyFingerprint.Of(SourceTree.SampleModels), AssemblyFingerprint.Of(_folder["Other.dll"]));
    }

    [Fact]
    public void A_file_that_is_no_assembly_counts_by_its_content()
    {
        File.WriteAllText(_folder["a.dll"], "one");
        File.WriteAllText(_folder["b.dll"], "two");

        Assert.NotEqual(AssemblyFingerprint.Of(_folder["a.dll"]), AssemblyFingerprint.Of(_folder["b.dll"]));
    }

    private static int IdOffset(byte[] bytes)
    {
        using var pe = new PEReader(new MemoryStream(bytes));
        var reader = pe.GetMetadataReader();
        return pe.PEHeaders.MetadataStartOffset + reader.GetHeapMetadataOffset(HeapIndex.Guid)
            + ((MetadataTokens.GetHeapOffset(reader.GetModuleDefinition().Mvid) - 1) * 16);
    }

    /// <summary>The last byte but one of the longest method's instructions.</summary>
    private static int CodeOffset(byte[] bytes)
    {
        using var pe = new PEReader(new MemoryStream(bytes));
        var reader = pe.GetMetadataReader();
        var code = reader.MethodDefinitions.Select(m => reader.GetMethodDefinition(m).RelativeVirtualAddress).Where(a => a > 0)
            .Select(a => pe.GetMethodBody(a).GetILBytes()!).MaxBy(b => b.Length)!;
        return bytes.AsSpan().IndexOf(code) + code.Length - 2;
    }
}
