using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace Masterful.Core.Runtime;

/// <summary>Who may write to a folder on Windows, where a folder on a drive's root is everybody's unless it is made otherwise.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsAccess
{
    private const FileSystemRights Writing = FileSystemRights.WriteData | FileSystemRights.AppendData | FileSystemRights.Delete
        | FileSystemRights.DeleteSubdirectoriesAndFiles | FileSystemRights.ChangePermissions | FileSystemRights.TakeOwnership;

    private static readonly SecurityIdentifier LocalSystem = new(WellKnownSidType.LocalSystemSid, null);
    private static readonly SecurityIdentifier Administrators = new(WellKnownSidType.BuiltinAdministratorsSid, null);
    private static readonly SecurityIdentifier CreatorOwner = new(WellKnownSidType.CreatorOwnerSid, null);

    private static SecurityIdentifier Me
    {
        get
        {
            using var identity = WindowsIdentity.GetCurrent();
            return identity.User!;
        }
    }

    /// <summary>Makes a folder for this user, the system and administrators alone, whatever the one above it hands down.</summary>
    public static void Make(string folder)
    {
        var security = new DirectorySecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        foreach (var who in new[] { Me, LocalSystem, Administrators })
        {
            security.AddAccessRule(new FileSystemAccessRule(
                who, FileSystemRights.FullControl, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit, PropagationFlags.None, AccessControlType.Allow));
        }

        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        new DirectoryInfo(folder).Create(security);
    }

    /// <summary>Why code should not be loaded from a folder; null where it may be, and where it is not there.</summary>
    public static string? Problem(string folder)
    {
        var directory = new DirectoryInfo(folder);
        if (!directory.Exists)
        {
            return File.Exists(folder) ? $"{folder} is not a folder" : null;
        }

        if (directory.Attributes.HasFlag(FileAttributes.ReparsePoint))
        {
            return $"{folder} is a link";
        }

        SecurityIdentifier[] trusted = [Me, LocalSystem, Administrators, CreatorOwner];
        var security = directory.GetAccessControl(AccessControlSections.Owner | AccessControlSections.Access);
        if (security.GetOwner(typeof(SecurityIdentifier)) is SecurityIdentifier owner && !trusted.Contains(owner))
        {
            return $"{folder} belongs to {owner}, and this is {Me}";
        }

        var writer = security.GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier)).OfType<FileSystemAccessRule>()
            .FirstOrDefault(r => r.AccessControlType == AccessControlType.Allow && (r.FileSystemRights & Writing) != 0 && !trusted.Contains(r.IdentityReference));
        return writer is null ? null : $"{writer.IdentityReference} may write to {folder}; delete it, and it is made anew for this user alone";
    }
}
