using System.Buffers.Binary;

namespace Masterful.Fuzz;

/// <summary>Makes inputs of sound ones: a few changes at a time, each of a kind that readers have stumbled over.</summary>
internal static class Mutation
{
    private const int MostChanges = 6;
    private const int LongestInput = 1 << 20;

    private static readonly long[] Numbers =
    [
        0, 1, -1, 2, 7, 8, 127, 128, 255, 256, 32767, 32768, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 40, long.MaxValue, long.MinValue,
    ];

    /// <summary>An input; the same for the same state of the generator.</summary>
    public static byte[] Of(FuzzTarget target, Random random)
    {
        var bytes = new List<byte>(target.Seeds[random.Next(target.Seeds.Count)]);
        for (var change = random.Next(1, MostChanges + 1); change > 0; change--)
        {
            Change(bytes, target, random);
        }

        return bytes.Count <= LongestInput ? [.. bytes] : [.. bytes.Take(LongestInput)];
    }

    private static void Change(List<byte> bytes, FuzzTarget target, Random random)
    {
        var at = random.Next(bytes.Count + 1);
        var room = bytes.Count - at;
        switch (random.Next(9))
        {
            case 0 when room > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when room > 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                Put(bytes, at, Number(random));
                break;
            case 3:
                bytes.RemoveRange(at, Math.Min(room, 1 << random.Next(12)));
                break;
            case 4:
                bytes.RemoveRange(at, room);
                break;
            case 5 when room > 0:
                var piece = bytes.GetRange(at, Math.Min(room, 1 << random.Next(10)));
                bytes.InsertRange(random.Next(bytes.Count + 1), piece);
                break;
            case 6:
                var other = target.Seeds[random.Next(target.Seeds.Count)];
                var from = random.Next(other.Length + 1);
                bytes.RemoveRange(at, room);
                bytes.AddRange(other.AsSpan(from));
                break;
            case 7 when target.Words.Count > 0:
                var word = target.Words[random.Next(target.Words.Count)];
                bytes.RemoveRange(at, Math.Min(room, random.Next(2) * word.Length));
                bytes.InsertRange(at, word);
                break;
            default:
                bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), 1 << random.Next(14)));
                break;
        }
    }

    /// <summary>A number that is often the edge of something, in one of the widths and orders that files have, or in digits.</summary>
    private static byte[] Number(Random random)
    {
        var value = Numbers[random.Next(Numbers.Length)];
        var bytes = new byte[8];
        switch (random.Next(5))
        {
            case 0:
                BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
                return bytes;
            case 1:
                BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)value);
                return bytes[..4];
            case 2:
                BinaryPrimitives.WriteInt32BigEndian(bytes, (int)value);
                return bytes[..4];
            case 3:
                BinaryPrimitives.WriteInt16BigEndian(bytes, (short)value);
                return bytes[..2];
            default:
                return System.Text.Encoding.ASCII.GetBytes(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static void Put(List<byte> bytes, int at, byte[] piece)
    {
        for (var i = 0; i < piece.Length; i++)
        {
            if (at + i < bytes.Count)
            {
                bytes[at + i] = piece[i];
            }
            else
            {
                bytes.Add(piece[i]);
            }
        }
    }
}
