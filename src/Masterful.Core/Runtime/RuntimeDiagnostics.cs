using Masterful.Core.Spec;

namespace Masterful.Core.Runtime;

/// <summary>What can be wrong with the machine.</summary>
public static class RuntimeDiagnostics
{
    /// <summary>No libtorch anywhere, and it could not be fetched.</summary>
    public static readonly DiagnosticCode LibTorchNotFound = new(
        "MST0301", "libtorch was not found", "Run `dotnet masterful runtime install cpu`, or name a folder with --libtorch.");

    /// <summary>A libtorch that does not load.</summary>
    public static readonly DiagnosticCode LibTorchNotLoadable = new(
        "MST0302", "libtorch does not load", "Run `dotnet masterful doctor`; it says which library is at fault.");

    /// <summary>A device that this machine or this libtorch does not have.</summary>
    public static readonly DiagnosticCode DeviceNotAvailable = new(
        "MST0303", "the device is not available", "Use `device: auto` or `cpu`, or name a CUDA libtorch with --libtorch.");

    /// <summary>A plug-in assembly that can't be loaded or lacks a type.</summary>
    public static readonly DiagnosticCode AssemblyNotLoadable = new(
        "MST0304", "the model project's assembly does not load", "Build the model project; check model.assembly and model.type.");

    /// <summary>A package that is not the one that was pinned.</summary>
    public static readonly DiagnosticCode PackageNotAsPinned = new(
        "MST0306", "a downloaded package is not the one that was pinned", "Look at the NuGet source that it came from, or name another with --source.");

    /// <summary>A cache or output folder that can't be written.</summary>
    public static readonly DiagnosticCode FolderNotWritable = new(
        "MST0305", "a folder is not writable", "Free space or change permissions, or name another folder in the spec.");

    /// <summary>A cache folder that somebody else could have put code into.</summary>
    public static readonly DiagnosticCode CacheNotPrivate = new(
        "MST0212", "the tool's cache folder is not this user's alone", "Set MASTERFUL_CACHE to a folder of your own that nobody else may write to, or delete this one and let the tool make it.");

    /// <summary>No home folder, and so no place for the cache.</summary>
    public static readonly DiagnosticCode NoHome = new(
        "MST0213", "there is no home folder for the tool's cache", "Set MASTERFUL_CACHE to a folder of your own, or HOME to your home folder; the temporary folder is everybody's.");

    /// <summary>A library that is not the one that was pinned or installed.</summary>
    public static readonly DiagnosticCode LibraryChanged = new(
        "MST0214", "a library is not the one that was installed", "Delete the folder that the message names and run `dotnet masterful runtime install cpu`.");
}
