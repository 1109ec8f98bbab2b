using System.Buffers.Binary;
using System.IO.Compression;
using Masterful.Core.Tests.Architecture;
using SkiaSharp;

namespace Masterful.Core.Tests.Imaging;

/// <summary>Image files that no encoder at hand writes: from the folder beside this, or put together byte by byte.</summary>
internal static class SampleFiles
{
    public static byte[] Read(string name) =>
        File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "Masterful.Core.Tests", "Imaging", "Files", name));

    /// <summary>
    /// A grey JPEG of one colour, whose blocks are two bits each (a DC difference of zero, and the end of the block): any size in few bytes.
    /// </summary>
    /// <param name="width">Pixels across.</param>
    /// <param name="height">Pixels down.</param>
    /// <param name="interval">Blocks between restart markers, or 0.</param>
    public static byte[] FlatJpeg(int width, int height, int interval = 0)
    {
        using var file = new MemoryStream();
        file.Write([0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64)]);
        file.Write([0xFF, 0xC0, 0, 11, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0]);
        // One code of one bit in each table: 0 is a difference of no bits, and the end of a block.
        byte[] table = [1, .. new byte[15], 0];
        file.Write([0xFF, 0xC4, 0, 20, 0x00, .. table, 0xFF, 0xC4, 0, 20, 0x10, .. table]);
        if (interval > 0)
        {
            file.Write([0xFF, 0xDD, 0, 4, (byte)(interval >> 8), (byte)interval]);
        }

        file.Write([0xFF, 0xDA, 0, 8, 1, 1, 0x00, 0, 63, 0]);
        var blocks = (width + 7) / 8 * ((height + 7) / 8);
        for (var (at, part) = (0, 0); at < blocks; part++)
        {
            var count = interval > 0 ? Math.Min(interval, blocks - at) : blocks;
            if (part > 0)
            {
                file.Write([0xFF, (byte)(0xD0 + ((part - 1) & 7))]);
            }

            var bits = 2 * count;
            file.Write(new byte[bits / 8]);
            if (bits % 8 > 0)
            {
                file.WriteByte((byte)(0xFF >> (bits % 8)));
            }

            at += count;
        }

        file.Write([0xFF, 0xD9]);
        return file.ToArray();
    }

    /// <summary>A PNG of one bit a pixel, all black.</summary>
    public static byte[] BlackPng(int width, int height)
    {
        using var inflated = new MemoryStream();
        using (var zlib = new ZLibStream(inflated, CompressionLevel.SmallestSize))
        {
            var row = new byte[1 + ((width + 7) / 8)];
            for (var y = 0; y < height; y++)
            {
                zlib.Write(row);
            }
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 1;
        return [0x89, .. "PNG\r\n\u001A\n"u8, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, inflated.ToArray()), .. Chunk("IEND"u8, [])];
    }

    /// <summary>A chunk of a PNG.</summary>
    public static byte[] Chunk(ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        byte[] chunk = [0, 0, 0, 0, .. name, .. content, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32(chunk.AsSpan(4, content.Length + 4)));
        return chunk;
    }

    /// <summary>An Exif structure that says nothing but an orientation.</summary>
    public static byte[] Exif(int orientation) =>
        [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];

    /// <summary>A picture whose four corners are told apart: red, green, blue and white, 8 pixels each way, upright 32 wide and 16 high.</summary>
    public static SKBitmap Corners()
    {
        var bitmap = new SKBitmap(32, 16, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.Black);
        foreach (var (x, y, colour) in new[] { (0, 0, SKColors.Red), (24, 0, SKColors.Lime), (0, 8, SKColors.Blue), (24, 8, SKColors.White) })
        {
            using var paint = new SKPaint { Color = colour };
            canvas.DrawRect(x, y, 8, 8, paint);
        }

        return bitmap;
    }

    public static byte[] Encode(SKBitmap bitmap, SKEncodedImageFormat format)
    {
        using var data = bitmap.Encode(format, 100);
        return data.ToArray();
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}
