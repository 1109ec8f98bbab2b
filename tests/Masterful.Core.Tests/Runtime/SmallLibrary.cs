using System.Buffers.Binary;

namespace Masterful.Core.Tests.Runtime;

/// <summary>A library of half a kilobyte that needs <c>GLIBCXX_3.4.32</c>.</summary>
internal static class SmallLibrary
{
    /// <summary>Two sections: a needed version, and its name.</summary>
    public static byte[] Bytes()
    {
        var bytes = new byte[512];
        "\u007fELF\u0002\u0001"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(0x28), 64);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(0x3a), 64);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(0x3c), 2);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(64 + 4), 0x6ffffffe);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(64 + 0x18), 256);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(64 + 0x28), 1);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(128 + 0x18), 384);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(256 + 2), 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(256 + 8), 16);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(272 + 8), 1);
        "GLIBCXX_3.4.32"u8.CopyTo(bytes.AsSpan(385));
        return bytes;
    }
}
