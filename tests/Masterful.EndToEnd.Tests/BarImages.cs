namespace Masterful.EndToEnd.Tests;

/// <summary>A folder of grey BMP images, a format that needs no encoder: a bright bar on noise, lying or upright.</summary>
internal static class BarImages
{
    private const int Header = 14 + 40 + (256 * 4);
    private static readonly string[] Classes = ["lying", "upright"];

    /// <summary>Writes <c>train/CLASS/N.bmp</c> and <c>test/CLASS/N.bmp</c>.</summary>
    public static void Write(string folder, int size, int train, int test)
    {
        var random = new Random(1);
        foreach (var (split, count) in new[] { ("train", train), ("test", test) })
        {
            for (var i = 0; i < count; i++)
            {
                var place = Directory.CreateDirectory(Path.Combine(folder, split, Classes[i % 2])).FullName;
                File.WriteAllBytes(Path.Combine(place, $"{i}.bmp"), Draw(size, upright: i % 2 == 1, random));
            }
        }
    }

    private static byte[] Draw(int size, bool upright, Random random)
    {
        var bytes = new byte[Header + (size * size)];
        void Put(int offset, int value) => BitConverter.GetBytes(value).CopyTo(bytes, offset);
        (bytes[0], bytes[1]) = ((byte)'B', (byte)'M');
        Put(2, bytes.Length);
        Put(10, Header);
        Put(14, 40);
        Put(18, size);
        Put(22, size);
        Put(26, 1 | (8 << 16));
        for (var i = 0; i < 256; i++)
        {
            Put(54 + (4 * i), i * 0x010101);
        }

        var bar = random.Next(4, size - 4);
        for (var p = 0; p < size * size; p++)
        {
            var across = upright ? p % size : p / size;
            bytes[Header + p] = (byte)(random.Next(100) + (Math.Abs(across - bar) <= 2 ? 120 : 0));
        }

        return bytes;
    }
}
