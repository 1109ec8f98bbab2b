using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Masterful.Reporting.Charts;

/// <summary>
/// PNG with a palette of at most 256 colours: a chart has few colours and their blends, so it looks the same at a third of the size.
/// The same pixels give the same bytes. Format: W3C, "Portable Network Graphics (PNG) Specification", third edition.
/// </summary>
internal static class IndexedPng
{
    private static readonly uint[] CrcTable =
    [
        .. Enumerable.Range(0, 256).Select(n =>
        {
            var c = (uint)n;
            for (var bit = 0; bit < 8; bit++)
            {
                c = (c & 1) == 1 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
            }

            return c;
        }),
    ];

    /// <param name="pixels">Rows of RGBA bytes, not premultiplied.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height)
    {
        var colors = MemoryMarshal.Cast<byte, uint>(pixels);
        var (palette, indices) = Quantize(colors);
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = (8, 3);
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "PLTE"u8, [.. palette.Select(VisibleColor).SelectMany(c => (byte[])[(byte)c, (byte)(c >> 8), (byte)(c >> 16)])]);
        WriteChunk(file, "tRNS"u8, [.. palette.Select(c => (byte)(c >> 24))]);
        WriteChunk(file, "IDAT"u8, Compress(colors, indices, width, height));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>The commonest colour of each of the 256 commonest cells (5 bits a channel); every other colour takes the nearest of them.</summary>
    private static (List<uint> Palette, Dictionary<uint, byte> Indices) Quantize(ReadOnlySpan<uint> colors)
    {
        var counts = new Dictionary<uint, int>();
        for (var start = 0; start < colors.Length;)
        {
            var color = colors[start];
            var length = colors[start..].IndexOfAnyExcept(color) is var run and >= 0 ? run : colors.Length - start;
            CollectionsMarshal.GetValueRefOrAddDefault(counts, color, out _) += length;
            start += length;
        }

        List<uint> palette =
        [
            .. counts.GroupBy(c => c.Key & 0xF8F8F8F8)
                .OrderByDescending(cell => cell.Sum(c => (long)c.Value)).ThenBy(cell => cell.Key).Take(256)
                .Select(cell => cell.OrderByDescending(c => c.Value).ThenBy(c => c.Key).First().Key),
        ];
        return (palette, counts.Keys.ToDictionary(color => color, color => Nearest(palette, color)));
    }

    /// <summary>What is transparent is white for viewers that ignore transparency.</summary>
    private static uint VisibleColor(uint color) => color >> 24 == 0 ? 0x00FFFFFF : color;

    private static byte Nearest(List<uint> palette, uint color)
    {
        var (best, least) = (0, int.MaxValue);
        for (var i = 0; i < palette.Count && least > 0; i++)
        {
            var distance = 0;
            for (var shift = 0; shift < 32; shift += 8)
            {
                var difference = (int)((color >> shift) & 0xFF) - (int)((palette[i] >> shift) & 0xFF);
                distance += difference * difference;
            }

            (best, least) = distance < least ? (i, distance) : (best, least);
        }

        return (byte)best;
    }

    private static byte[] Compress(ReadOnlySpan<uint> colors, Dictionary<uint, byte> indices, int width, int height)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize))
        {
            var row = new byte[width + 1];
            for (var y = 0; y < height; y++)
            {
                var line = colors.Slice(y * width, width);
                for (var x = 0; x < width; x++)
                {
                    row[x + 1] = x > 0 && line[x] == line[x - 1] ? row[x] : indices[line[x]];
                }

                zlib.Write(row);
            }
        }

        return packed.ToArray();
    }

    private static void WriteChunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(type);
        file.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(0xFFFFFFFF, type), content));
        file.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            crc = CrcTable[(crc ^ value) & 0xFF] ^ (crc >> 8);
        }

        return crc;
    }
}
