using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using SkiaSharp;

namespace Masterful.Reporting.Charts;

/// <summary>
/// Inter, the font of all charts (SIL Open Font License 1.1), so that a chart looks the same on every machine. The fonts lie in the
/// managed resource <c>!AvaloniaResources</c> of an embedded assembly, which is only read, never loaded.
/// </summary>
internal static class InterFont
{
    private static readonly Lazy<SKTypeface> LazyRegular = new(() => Load("Inter-Regular.ttf"));
    private static readonly Lazy<SKTypeface> LazySemiBold = new(() => Load("Inter-SemiBold.ttf"));

    public static SKTypeface Regular => LazyRegular.Value;

    public static SKTypeface SemiBold => LazySemiBold.Value;

    private static SKTypeface Load(string fileName)
    {
        var assembly = ReadAssembly();
        var font = FindFile(FindResource(assembly, "!AvaloniaResources"), "/" + fileName);
        using var data = SKData.CreateCopy(font);
        return SKTypeface.FromData(data) ?? throw new InvalidDataException($"{fileName} is not a font.");
    }

    private static byte[] ReadAssembly()
    {
        using var stream = typeof(InterFont).Assembly.GetManifestResourceStream("Inter.dll")
            ?? throw new InvalidDataException("The assembly with the Inter fonts is not embedded.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>ECMA-335 II.24.2.4 and II.22.24: a resource is an int32 length and its bytes, at an offset in the resources directory.</summary>
    private static ReadOnlySpan<byte> FindResource(byte[] assembly, string name)
    {
        using var executable = new PEReader(new MemoryStream(assembly));
        var metadata = executable.GetMetadataReader();
        var resource = metadata.ManifestResources.Select(metadata.GetManifestResource).Single(r => metadata.GetString(r.Name) == name);
        var directory = executable.PEHeaders.CorHeader!.ResourcesDirectory;
        if (!executable.PEHeaders.TryGetDirectoryOffset(directory, out var start))
        {
            throw new InvalidDataException("The assembly with the Inter fonts has no resources.");
        }

        var content = assembly.AsSpan(start + (int)resource.Offset);
        return content.Slice(sizeof(int), BinaryPrimitives.ReadInt32LittleEndian(content));
    }

    /// <summary>Int32 length of the index, its version and count, then path, offset and size of each file; the files follow the index.</summary>
    private static ReadOnlySpan<byte> FindFile(ReadOnlySpan<byte> resources, string ending)
    {
        var indexLength = BinaryPrimitives.ReadInt32LittleEndian(resources);
        using var index = new BinaryReader(new MemoryStream(resources.Slice(sizeof(int), indexLength).ToArray()), Encoding.UTF8);
        var version = index.ReadInt32();
        for (var left = index.ReadInt32(); left > 0; left--)
        {
            var (path, offset, size) = (index.ReadString(), index.ReadInt32(), index.ReadInt32());
            if (path.EndsWith(ending, StringComparison.Ordinal))
            {
                return resources.Slice(sizeof(int) + indexLength + offset, size);
            }
        }

        throw new InvalidDataException($"No {ending} among the embedded fonts (index version {version}).");
    }
}
