using System.Buffers.Binary;
using System.Text;

namespace Masterful.Core.Runtime;

/// <summary>
/// Marks the need of a 64-bit little-endian ELF library for one symbol version as weak. TorchSharp's library is stamped as
/// needing <c>GLIBCXX_3.4.32</c> by a link-time marker that nothing in it refers to, so on Debian 12 and Ubuntu 22.04 the loader
/// refuses a library that would run. See the System V ABI's <c>Elf64_Vernaux.vna_flags</c> and <c>VER_FLG_WEAK</c>.
/// </summary>
internal static class WeakVersionNeed
{
    private const uint NeededVersionsSection = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort Weak = 2; // VER_FLG_WEAK

    /// <summary>The file's bytes with the need marked weak, or null when the file has no such need or its tables lead out of it.</summary>
    public static byte[]? Mark(ReadOnlySpan<byte> elf, string version)
    {
        try
        {
            return MarkNeed(elf, version);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            // The loader, which is given the file as it is then, says what is wrong with it.
            return null;
        }
    }

    private static byte[]? MarkNeed(ReadOnlySpan<byte> elf, string version)
    {
        if (elf.Length < 64 || !elf[..6].SequenceEqual("\u007fELF\u0002\u0001"u8))
        {
            return null;
        }

        var sections = Offset(U64(elf, 0x28));
        var (entrySize, count) = (U16(elf, 0x3a), U16(elf, 0x3c));
        for (var s = 0; s < count; s++)
        {
            var header = elf[checked(sections + (s * entrySize))..];
            if (U32(header, 4) != NeededVersionsSection)
            {
                continue;
            }

            var strings = elf[Offset((ulong)sections + ((ulong)U32(header, 0x28) * entrySize))..];
            var names = elf[Offset(U64(strings, 0x18))..];
            if (FindNeed(elf, Offset(U64(header, 0x18)), names, version) is { } entry)
            {
                var marked = elf.ToArray();
                var flags = marked.AsSpan(entry + 4, 2);
                BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | Weak));
                return marked;
            }
        }

        return null;
    }

    private static int? FindNeed(ReadOnlySpan<byte> elf, int need, ReadOnlySpan<byte> names, string version)
    {
        while (true)
        {
            var entry = checked(need + Offset(U32(elf, need + 8)));
            for (var i = 0; i < U16(elf, need + 2); i++)
            {
                if (IsAt(names[Offset(U32(elf, entry + 8))..], version))
                {
                    return entry;
                }

                // Tables go forward: one that stays where it is has ended.
                var step = Offset(U32(elf, entry + 12));
                if (step == 0)
                {
                    break;
                }

                entry = checked(entry + step);
            }

            var next = Offset(U32(elf, need + 12));
            if (next == 0)
            {
                return null;
            }

            need = checked(need + next);
        }
    }

    private static bool IsAt(ReadOnlySpan<byte> names, string version) =>
        names.Length > version.Length && names[version.Length] == 0 && Encoding.ASCII.GetString(names[..version.Length]) == version;

    private static int Offset(ulong value) => checked((int)value);

    private static ushort U16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}
