using System.Collections.Concurrent;

namespace Masterful.Core.Runtime;

/// <summary>Which file systems keep a time of change that no program sets.</summary>
internal static class ChangeTimes
{
    private static readonly HashSet<string> Kept = new(StringComparer.OrdinalIgnoreCase)
    {
        "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "jfs", "reiserfs", "tmpfs", "ramfs", "overlay", "overlayfs", "nfs",
        "ceph", "lustre", "gpfs", "ocfs2", "gfs2", "apfs", "hfs", "ntfs", "refs",
    };

    /// <summary>FAT has none: systems show another time in its place. An image of files has those of whoever made it.</summary>
    private static readonly HashSet<string> Without = new(StringComparer.OrdinalIgnoreCase)
    {
        "fat", "fat12", "fat16", "fat32", "vfat", "msdos", "exfat", "isofs", "iso9660", "udf", "cd9660", "squashfs", "erofs", "cramfs", "romfs",
    };

    private static readonly ConcurrentDictionary<ulong, bool?> Known = new();

    /// <summary>Whether the file system of a path keeps it; null where that depends on what lies behind it (FUSE, network drives).</summary>
    /// <param name="path">A file.</param>
    /// <param name="volume">The file system that it is on.</param>
    internal static bool? KeptAt(string path, ulong volume) => Known.GetOrAdd(volume, static (_, path) => KeptBy(FormatAt(path)), path);

    /// <summary>The same by the file system's name.</summary>
    internal static bool? KeptBy(string? format) => format is null ? null : Kept.Contains(format) ? true : Without.Contains(format) ? false : null;

    private static string? FormatAt(string path)
    {
        try
        {
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(path)! : path).DriveFormat;
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            // A network path of Windows is no drive.
            return null;
        }
    }
}
