using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Xunit;

namespace Masterful.Tool.Tests;

/// <summary>No assembly of the house can write a figure as the thread's culture does: seen in what the compiler made of it.</summary>
public class InvariantTests
{
    private const string Handler = "System.Runtime.CompilerServices.DefaultInterpolatedStringHandler";

    public static TheoryData<string> Assemblies =>
    [
        .. Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll").Select(f => Path.GetFileNameWithoutExtension(f))
            .Where(n => (n.StartsWith("Masterful.", StringComparison.Ordinal) || n == "dotnet-masterful") && !n.EndsWith(".Tests", StringComparison.Ordinal)),
    ];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Interpolated_strings_are_invariant(string assembly)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll")));
        var metadata = file.GetMetadataReader();

        var dependent =
            from handle in metadata.MemberReferences
            let member = metadata.GetMemberReference(handle)
            where member.Parent.Kind == HandleKind.TypeReference
            let type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent)
            where $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}" == Handler
            // One that is given a culture goes by .NET's own type: string.Create(CultureInfo.InvariantCulture, $"…").
            where metadata.GetString(member.Name) == ".ctor" && metadata.GetBlobReader(member.Signature) is var signature && ParameterCount(ref signature) == 2
            select metadata.GetString(member.Name);

        Assert.Empty(dependent);
    }

    [Fact]
    public void All_libraries_and_the_tool_are_looked_at() => Assert.Empty(
        new[] { "dotnet-masterful", "Masterful.Core", "Masterful.Results", "Masterful.Reporting", "Masterful.Fleet", "Masterful.Dashboard" }.Except(Assemblies.Select(a => a.Data)));

    private static int ParameterCount(ref BlobReader signature)
    {
        signature.ReadSignatureHeader();
        return signature.ReadCompressedInteger();
    }
}
