namespace Masterful.Results;

/// <summary>Writes files whole: a reader, a crash or a full disk never leaves half a file under the final name.</summary>
public static class AtomicFile
{
    /// <summary>Writes to a temporary file beside <paramref name="path"/>, flushes it to disk and renames it.</summary>
    /// <exception cref="IOException">The disk is full or not writable; the old file, if any, is untouched.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var staged = StagedFile.Create(path);
        write(staged.Stream);
        staged.Take();
    }

    /// <summary>Writes bytes whole.</summary>
    public static void Write(string path, ReadOnlyMemory<byte> bytes) => Write(path, stream => stream.Write(bytes.Span));

    /// <summary>Writes UTF-8 text whole.</summary>
    public static void Write(string path, string text) => Write(path, System.Text.Encoding.UTF8.GetBytes(text));
}
