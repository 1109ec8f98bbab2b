using System.IO.MemoryMappedFiles;
using Masterful.Core.Spec;
using Microsoft.Win32.SafeHandles;

namespace Masterful.Core.Data;

/// <summary>Images in a memory-mapped file: the operating system keeps in memory what is used, once for all processes.</summary>
internal sealed unsafe class MappedImageStore : IImageStore, IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _pixels;

    /// <summary>Maps a file whose pixels begin at <paramref name="offset"/>.</summary>
    public MappedImageStore(SafeFileHandle file, long offset, ImageShape shape, int count)
    {
        (Shape, Count) = (shape, count);
        _file = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _pixels);
        _pixels += _view.PointerOffset + offset;
    }

    /// <inheritdoc/>
    public ImageShape Shape { get; }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pixels == null, this);
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return new ReadOnlySpan<byte>(_pixels + ((long)index * Shape.Length), Shape.Length);
        }
    }

    /// <summary>Unmaps the file; spans that were handed out are no longer valid.</summary>
    public void Dispose()
    {
        if (_pixels != null)
        {
            _pixels = null;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }
}
