using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Security.Cryptography;
using Masterful.Results;

namespace Masterful.Core.Runtime;

/// <summary>Loads libtorch into this process, from wherever it was found, before TorchSharp looks for it itself.</summary>
public static class LibTorch
{
    private const string MissingOnOlderSystems = "GLIBCXX_3.4.32";
    private static readonly Lock Gate = new();
    private static nint _binding;

    /// <summary>What was loaded, or null before <see cref="Load"/>.</summary>
    public static LibTorchLocation? Loaded { get; private set; }

    /// <summary>Whether the TorchSharp library had to be mended for this system's C++ runtime.</summary>
    public static bool Mended { get; private set; }

    /// <summary>
    /// Loads libtorch and TorchSharp's library. Must come before the first touch of <c>torch</c>; later calls do nothing.
    /// </summary>
    /// <exception cref="Spec.DiagnosticException">A library does not load, or is not what was installed; the message names it.</exception>
    public static void Load(LibTorchLocation location, MachineFolders folders)
    {
        lock (Gate)
        {
            if (Loaded is not null)
            {
                return;
            }

            new LibraryProof(folders).Require(location);
            NativeHeap.KeepFreed();

            // Answering by handle keeps TorchSharp's own search, which copies half a gigabyte beside the program, out of it.
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
            foreach (var library in Dependencies(location))
            {
                LoadOrExplain(library);
            }

            _binding = LoadBinding(location.Binding, folders);
            Loaded = location;
        }
    }

    private static nint Resolve(Assembly assembly, string name) => name is "LibTorchSharp" or "torch_cpu" or "torch_cuda" ? _binding : 0;

    private static IEnumerable<string> Dependencies(LibTorchLocation location)
    {
        string[] optional = OperatingSystem.IsLinux()
            ? [.. Directory.EnumerateFiles(location.Folder, "libgomp*.so*").Order(StringComparer.Ordinal)]
            : [];
        string[] names = location.HasCuda
            ? ["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"]
            : ["c10", "torch_cpu", "torch"];
        return optional.Concat(names.Select(n => Path.Combine(location.Folder, NativeNames.File(n))));
    }

    private static nint LoadBinding(string file, MachineFolders folders)
    {
        try
        {
            return NativeLibrary.Load(file);
        }
        catch (DllNotFoundException e) when (e.Message.Contains(MissingOnOlderSystems, StringComparison.Ordinal))
        {
            Mended = true;
            return LoadMended(file, folders);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw NotLoadable(file, e);
        }
    }

    /// <summary>
    /// Loads a private copy, named by the original's content, that asks for the newer C++ runtime only weakly. The copy in the cache is
    /// compared byte for byte with what it must be.
    /// </summary>
    private static nint LoadMended(string file, MachineFolders folders)
    {
        var bytes = File.ReadAllBytes(file);
        var marked = WeakVersionNeed.Mark(bytes, MissingOnOlderSystems) ?? bytes;
        if (folders.HasSafeCache)
        {
            var copy = Path.Combine(folders.Cache, "native", Convert.ToHexStringLower(SHA256.HashData(bytes))[..16], Path.GetFileName(file));
            try
            {
                if (!File.Exists(copy) || !File.ReadAllBytes(copy).AsSpan().SequenceEqual(marked))
                {
                    AtomicFile.Write(copy, marked);
                }

                return LoadOrExplain(copy);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A cache that can't be written is no reason to fail: the copy is 2 MB.
            }
        }

        // A folder of this process alone, that nobody could have made before; what is loaded needs no name any more.
        var once = Directory.CreateTempSubdirectory("masterful-").FullName;
        try
        {
            AtomicFile.Write(Path.Combine(once, Path.GetFileName(file)), marked);
            return LoadOrExplain(Path.Combine(once, Path.GetFileName(file)));
        }
        finally
        {
            Directory.Delete(once, recursive: true);
        }
    }

    private static nint LoadOrExplain(string file)
    {
        try
        {
            return NativeLibrary.Load(file);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw NotLoadable(file, e);
        }
    }

    private static Spec.DiagnosticException NotLoadable(string file, Exception e) => new(
        RuntimeDiagnostics.LibTorchNotLoadable,
        $"{file} does not load: {Cause.Of(e)} Run `dotnet masterful doctor` for what to do.");
}
