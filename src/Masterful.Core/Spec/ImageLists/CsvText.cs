using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Masterful.Core.Spec.ImageLists;

/// <summary>A CSV as text: UTF-8, or UTF-16 as spreadsheets save it, with or without a byte order mark.</summary>
internal static class CsvText
{
    private const int Looked = 512;
    private const int LongestLine = 1 << 20;

    /// <summary>Opens a file; reading throws <see cref="DecoderFallbackException"/> where it is not text of its encoding.</summary>
    /// <exception cref="DiagnosticException">It is a file of another kind.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static StreamReader Open(string path)
    {
        var head = Head(path);
        if (KindOf(head) is { } kind)
        {
            throw new DiagnosticException(
                ImageListDiagnostics.NotReadable, $"This is {kind}, not the text of a CSV: save or export it as CSV (UTF-8).", new SourcePosition(path));
        }

        return new StreamReader(path, EncodingOf(head), detectEncodingFromByteOrderMarks: true);
    }

    /// <summary>Whether a file is none of another kind.</summary>
    public static bool IsText(string path) => KindOf(Head(path)) is null;

    /// <summary>The first line that is not UTF-8, from 1.</summary>
    public static int FirstWrongLine(string path)
    {
        using var file = File.OpenRead(path);
        using var bytes = new BufferedStream(file, 1 << 16);
        var line = new List<byte>();
        for (var number = 1; ; number++)
        {
            line.Clear();
            int next;
            while ((next = bytes.ReadByte()) is not (-1 or '\n') && line.Count < LongestLine)
            {
                line.Add((byte)next);
            }

            if (next != '\n' || !Utf8.IsValid(CollectionsMarshal.AsSpan(line)))
            {
                return number;
            }
        }
    }

    private static byte[] Head(string path)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[Looked];
        return bytes[..file.ReadAtLeast(bytes, Looked, throwOnEndOfStream: false)];
    }

    private static string? KindOf(ReadOnlySpan<byte> head) => head switch
    {
        [(byte)'P', (byte)'K', 3, 4, ..] => "a ZIP archive or an Excel workbook",
        [0xD0, 0xCF, 0x11, 0xE0, ..] => "an old Excel workbook",
        [0x1F, 0x8B, ..] => "a gzip file",
        [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] => "a Parquet file",
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] or [0xFF, 0xD8, 0xFF, ..] => "an image",
        _ when head.StartsWith("version https://git-lfs"u8) => "a Git LFS pointer (`git lfs pull` brings the file)",
        _ => null,
    };

    /// <summary>Text has no NUL but in UTF-16, where every second byte of plain letters is one.</summary>
    private static Encoding EncodingOf(ReadOnlySpan<byte> head)
    {
        var (even, odd) = (0, 0);
        for (var i = 0; i < head.Length; i++)
        {
            even += i % 2 == 0 && head[i] == 0 ? 1 : 0;
            odd += i % 2 == 1 && head[i] == 0 ? 1 : 0;
        }

        return (4 * odd > head.Length, 4 * even > head.Length) switch
        {
            (true, false) => new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true),
            (false, true) => new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true),
            _ => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
        };
    }
}
