using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Masterful.Core.Data.Readers;
using Masterful.Core.Imaging;
using Masterful.Core.Spec;

namespace Masterful.Core.Data;

/// <summary>
/// The file of a decoded split. Its first page is the header: magic, shape, count, where the index is, SHA-256 of the index, SHA-256 of
/// all that; pixels follow from byte 4096, then the index: labels (int32), content hashes (16 bytes each), traits (a byte
/// each) and JSON (classes, sizes, files left out).
/// Little-endian. A file of another length or with another hash is not read.
/// </summary>
internal static class DecodedFile
{
    private const int Page = 4096;
    private const int HeaderLength = 104;
    private const int Sealed = HeaderLength - SHA256.HashSizeInBytes;

    /// <summary>Pixels go to the disk in parts of about so many bytes, while the next are decoded: at the end little is left to wait for.</summary>
    private const int FlushLength = 8 << 20;

    /// <summary>Part of each cache key; raised whenever decoding or this format changes.</summary>
    public const int Version = 2;

    /// <summary>Bytes of the index for each image.</summary>
    private const int ImageLength = sizeof(int) + 16 + 1;

    private static ReadOnlySpan<byte> Magic => "MSTIMG02"u8;

    private sealed record Index(IReadOnlyList<string> Classes, IReadOnlyList<SizeCount> Sizes, IReadOnlyList<LeftOutFile> LeftOut);

    private sealed record SizeCount(int Height, int Width, int Channels, int Count);

    /// <summary>Writes a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="shape">The model's.</param>
    /// <param name="sinkFor">Makes the sink that hands its pixels on to what it is given.</param>
    /// <param name="read">Fills the sink.</param>
    public static void Write(
        FileStream file, ImageShape shape, Func<Action<ReadOnlySpan<byte>>, ImageSink> sinkFor, Func<ImageSink, IReadOnlyList<string>> read)
    {
        file.Write(new byte[Page]);
        var flushed = file.Position;
        void WritePixels(ReadOnlySpan<byte> pixels)
        {
            file.Write(pixels);
            if (file.Position - flushed >= FlushLength)
            {
                file.Flush(flushToDisk: true);
                flushed = file.Position;
            }
        }

        using var sink = sinkFor(WritePixels);
        var classes = read(sink);
        sink.Settle();
        var offset = file.Position;
        var index = IndexOf(sink, classes);
        file.Write(index);

        Span<byte> header = stackalloc byte[HeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], shape.Height);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], shape.Width);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], shape.Channels);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], sink.Labels.Count);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], index.Length);
        SHA256.HashData(index, header[40..]);
        SHA256.HashData(header[..Sealed], header[Sealed..]);
        file.Position = 0;
        file.Write(header);
    }

    /// <summary>Opens a file, or returns null when it is not whole.</summary>
    /// <exception cref="IOException">The file is not there or can't be read.</exception>
    public static DecodedSplit? Open(string path, SplitListing listing, ImageShape shape)
    {
        var file = File.OpenHandle(path);
        MappedImageStore? store = null;
        try
        {
            if (ReadIndex(file, shape, out var count) is not { } index)
            {
                return null;
            }

            var labels = MemoryMarshal.Cast<byte, int>(index.AsSpan(0, count * sizeof(int))).ToArray();
            var hashes = MemoryMarshal.Cast<byte, UInt128>(index.AsSpan(count * sizeof(int), count * 16)).ToArray();
            var traits = MemoryMarshal.Cast<byte, ImageTraits>(index.AsSpan(count * (sizeof(int) + 16), count)).ToArray();
            var rest = JsonSerializer.Deserialize<Index>(index.AsSpan(count * ImageLength))!;
            store = new MappedImageStore(file, Page, shape, count);
            var sizes = rest.Sizes.ToDictionary(s => new ImageShape(s.Height, s.Width, s.Channels), s => s.Count);
            return new DecodedSplit(listing, store, labels, hashes, rest.Classes, sizes) { Traits = traits, LeftOut = rest.LeftOut };
        }
        finally
        {
            if (store is null)
            {
                file.Dispose();
            }
        }
    }

    private static byte[]? ReadIndex(Microsoft.Win32.SafeHandles.SafeFileHandle file, ImageShape shape, out int count)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        var whole = RandomAccess.Read(file, header, 0) == HeaderLength
            && header.StartsWith(Magic)
            && SHA256.HashData(header[..Sealed]).AsSpan().SequenceEqual(header[Sealed..]);
        count = BinaryPrimitives.ReadInt32LittleEndian(header[20..]);
        var offset = BinaryPrimitives.ReadInt64LittleEndian(header[24..]);
        var length = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
        if (!whole || count < 0 || length < (long)count * ImageLength || offset != Page + ((long)count * shape.Length) || RandomAccess.GetLength(file) != offset + length)
        {
            return null;
        }

        var index = new byte[length];
        return RandomAccess.Read(file, index, offset) == length && SHA256.HashData(index).AsSpan().SequenceEqual(header[40..Sealed]) ? index : null;
    }

    private static byte[] IndexOf(ImageSink sink, IReadOnlyList<string> classes)
    {
        using var index = new MemoryStream();
        index.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(sink.Labels)));
        index.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(sink.Hashes)));
        index.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(sink.Traits)));
        var sizes = sink.Sizes.Select(s => new SizeCount(s.Key.Height, s.Key.Width, s.Key.Channels, s.Value));
        JsonSerializer.Serialize(index, new Index(classes, [.. sizes], sink.LeftOut));
        return index.ToArray();
    }
}
