using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Masterful.Results;

/// <summary>What a path leads to.</summary>
public enum FileKind
{
    /// <summary>A device, a pipe, a socket.</summary>
    Other,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A link to something else, seen where links are not followed.</summary>
    Link,
}

/// <summary>
/// What the operating system tells of a file and .NET does not. Volume, number, length and time of change together are the file's
/// identity: a write, a replacement and a change of owner or permissions change one of them, and no program can set the last one back.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">Permissions; none on Windows.</param>
/// <param name="Owner">The user's number; 0 on Windows.</param>
/// <param name="Group">The group's number; 0 on Windows.</param>
/// <param name="Links">Names that it has on its volume.</param>
/// <param name="Volume">The device's number.</param>
/// <param name="Number">Inode or file index.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Changed">When content, owner or permissions last changed; a count to be compared, see <see cref="TimeOf"/>.</param>
public readonly partial record struct FileFacts(
    FileKind Kind, UnixFileMode Mode, uint Owner, uint Group, ulong Links, ulong Volume, ulong Number, long Length, long Changed)
{
    /// <summary>The user that this process acts as; 0 on Windows.</summary>
    public static uint User { get; } = OperatingSystem.IsWindows() ? 0 : EffectiveUser();

    /// <summary>Of what a path leads to.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="follow">Whether a link's target is meant, and not the link.</param>
    /// <returns>Null where there is nothing, or nothing that this user may see.</returns>
    public static FileFacts? Of(string path, bool follow = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Contains('\0', StringComparison.Ordinal) ? null
            : OperatingSystem.IsLinux() ? LinuxStatus.Of(WorkingFolder, path, follow ? 0 : LinuxStatus.NoFollow)
            : OperatingSystem.IsMacOS() ? MacStatus.Of(path, follow)
            : OperatingSystem.IsWindows() ? WindowsStatus.Of(path, follow)
            : null;
    }

    /// <summary>Of an open file.</summary>
    /// <exception cref="IOException">The system does not tell.</exception>
    public static FileFacts Of(SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var facts = OperatingSystem.IsLinux() ? LinuxStatus.Of((int)file.DangerousGetHandle(), "", LinuxStatus.EmptyPath)
            : OperatingSystem.IsMacOS() ? MacStatus.Of((int)file.DangerousGetHandle())
            : OperatingSystem.IsWindows() ? WindowsStatus.Of(file)
            : null;
        return facts ?? throw new IOException($"The system does not tell about an open file: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
    }

    /// <summary>The time that <see cref="Changed"/> counts to.</summary>
    public static DateTimeOffset TimeOf(long changed) =>
        OperatingSystem.IsWindows() ? DateTimeOffset.FromFileTime(changed) : DateTimeOffset.UnixEpoch.AddTicks(changed / TimeSpan.NanosecondsPerTick);

    /// <summary>Whether both are the same file with the same content, as far as the system can tell.</summary>
    public bool IsSame(FileFacts other) =>
        (Kind, Volume, Number, Length, Changed) == (other.Kind, other.Volume, other.Number, other.Length, other.Changed);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
