using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Masterful.Results;

public readonly partial record struct FileFacts
{
    private const int WorkingFolder = -100; // AT_FDCWD
    private const int TypeMask = 0xF000;

    private static FileKind KindOf(int mode) => (mode & TypeMask) switch
    {
        0x8000 => FileKind.File,
        0x4000 => FileKind.Folder,
        0xA000 => FileKind.Link,
        _ => FileKind.Other,
    };

    private static FileFacts Of(int mode, uint owner, uint group, ulong links, ulong volume, ulong number, long length, long seconds, long nanoseconds) => new(
        KindOf(mode), (UnixFileMode)(mode & 0xFFF), owner, group, links, volume, number, length, unchecked((seconds * 1_000_000_000) + nanoseconds));

    /// <summary>statx(2), whose structure is the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private partial struct LinuxStatus
    {
        public const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
        public const int EmptyPath = 0x1000; // AT_EMPTY_PATH
        private const uint Basic = 0x7FF; // STATX_BASIC_STATS

        [FieldOffset(16)]
        private uint _links;
        [FieldOffset(20)]
        private uint _owner;
        [FieldOffset(24)]
        private uint _group;
        [FieldOffset(28)]
        private ushort _mode;
        [FieldOffset(32)]
        private ulong _number;
        [FieldOffset(40)]
        private ulong _length;
        [FieldOffset(96)]
        private long _changedSeconds;
        [FieldOffset(104)]
        private uint _changedNanoseconds;
        [FieldOffset(136)]
        private uint _volumeMajor;
        [FieldOffset(140)]
        private uint _volumeMinor;

        public static FileFacts? Of(int folder, string path, int flags) => Read(folder, path, flags, Basic, out var status) == 0
            ? FileFacts.Of(
                status._mode, status._owner, status._group, status._links, ((ulong)status._volumeMajor << 32) | status._volumeMinor, status._number,
                unchecked((long)status._length), status._changedSeconds, status._changedNanoseconds)
            : null;

        [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
        private static partial int Read(int folder, string path, int flags, uint mask, out LinuxStatus status);
    }

    /// <summary>stat(2) of macOS, with 64-bit file numbers.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 144)]
    private partial struct MacStatus
    {
        [FieldOffset(0)]
        private int _volume;
        [FieldOffset(4)]
        private ushort _mode;
        [FieldOffset(6)]
        private ushort _links;
        [FieldOffset(8)]
        private ulong _number;
        [FieldOffset(16)]
        private uint _owner;
        [FieldOffset(20)]
        private uint _group;
        [FieldOffset(64)]
        private long _changedSeconds;
        [FieldOffset(72)]
        private long _changedNanoseconds;
        [FieldOffset(96)]
        private long _length;

        private static bool IsIntel => RuntimeInformation.ProcessArchitecture == Architecture.X64;

        public static FileFacts? Of(string path, bool follow)
        {
            MacStatus status;
            var result = (IsIntel, follow) switch
            {
                (true, true) => StatusOnIntel(path, out status),
                (true, false) => LinkStatusOnIntel(path, out status),
                (false, true) => Status(path, out status),
                (false, false) => LinkStatus(path, out status),
            };
            return result == 0 ? status.Facts() : null;
        }

        public static FileFacts? Of(int descriptor) =>
            (IsIntel ? OpenStatusOnIntel(descriptor, out var status) : OpenStatus(descriptor, out status)) == 0 ? status.Facts() : null;

        private readonly FileFacts Facts() => FileFacts.Of(
            _mode, _owner, _group, _links, unchecked((ulong)_volume), _number, _length, _changedSeconds, _changedNanoseconds);

        [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
        private static partial int Status(string path, out MacStatus status);

        [LibraryImport("libc", EntryPoint = "lstat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
        private static partial int LinkStatus(string path, out MacStatus status);

        [LibraryImport("libc", EntryPoint = "fstat", SetLastError = true)]
        private static partial int OpenStatus(int descriptor, out MacStatus status);

        [LibraryImport("libc", EntryPoint = "stat$INODE64", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
        private static partial int StatusOnIntel(string path, out MacStatus status);

        [LibraryImport("libc", EntryPoint = "lstat$INODE64", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
        private static partial int LinkStatusOnIntel(string path, out MacStatus status);

        [LibraryImport("libc", EntryPoint = "fstat$INODE64", SetLastError = true)]
        private static partial int OpenStatusOnIntel(int descriptor, out MacStatus status);
    }

    [SupportedOSPlatform("windows")]
    private static partial class WindowsStatus
    {
        private const int BasicInfo = 0;
        private const uint ReadAttributes = 0x80;
        private const uint ShareAll = 7;
        private const uint OpenExisting = 3;
        private const uint BackupSemantics = 0x02000000; // without which folders can't be opened
        private const uint OpenReparsePoint = 0x00200000;

        public static FileFacts? Of(string path, bool follow)
        {
            using var file = Open(path, ReadAttributes, ShareAll, 0, OpenExisting, BackupSemantics | (follow ? 0 : OpenReparsePoint), 0);
            return file.IsInvalid ? null : Of(file);
        }

        public static FileFacts? Of(SafeFileHandle file)
        {
            if (!Information(file, out var info) || !Basic(file, BasicInfo, out var basic, Marshal.SizeOf<BasicFacts>()))
            {
                return null;
            }

            var attributes = (FileAttributes)info.Attributes;
            var kind = attributes.HasFlag(FileAttributes.ReparsePoint) ? FileKind.Link
                : attributes.HasFlag(FileAttributes.Directory) ? FileKind.Folder
                : FileKind.File;
            return new FileFacts(
                kind, UnixFileMode.None, 0, 0, info.Links, info.Volume, ((ulong)info.NumberHigh << 32) | info.NumberLow,
                ((long)info.LengthHigh << 32) | info.LengthLow, basic.Changed);
        }

        [LibraryImport("kernel32", EntryPoint = "CreateFileW", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
        private static partial SafeFileHandle Open(string path, uint access, uint share, nint security, uint mode, uint flags, nint template);

        [LibraryImport("kernel32", EntryPoint = "GetFileInformationByHandle", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static partial bool Information(SafeFileHandle file, out HandleFacts info);

        [LibraryImport("kernel32", EntryPoint = "GetFileInformationByHandleEx", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static partial bool Basic(SafeFileHandle file, int kind, out BasicFacts info, int length);

        [StructLayout(LayoutKind.Explicit, Size = 52)]
        private struct HandleFacts
        {
            [FieldOffset(0)]
            public uint Attributes;
            [FieldOffset(28)]
            public uint Volume;
            [FieldOffset(32)]
            public uint LengthHigh;
            [FieldOffset(36)]
            public uint LengthLow;
            [FieldOffset(40)]
            public uint Links;
            [FieldOffset(44)]
            public uint NumberHigh;
            [FieldOffset(48)]
            public uint NumberLow;
        }

        [StructLayout(LayoutKind.Explicit, Size = 40)]
        private struct BasicFacts
        {
            [FieldOffset(24)]
            public long Changed;
        }
    }
}
