using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using Masterful.Abstractions;
using Masterful.Core.Spec;
using Masterful.Results;
using TorchSharp;

namespace Masterful.Core.Runtime;

/// <summary>
/// A model project's assembly, loaded with its own dependencies into a context of its own; TorchSharp and Masterful.Abstractions alone are
/// the engine's, so that tensors and interfaces mean the same on both sides.
/// </summary>
public static class PluginAssembly
{
    private static readonly ConcurrentDictionary<string, Lazy<Assembly>> Loaded = new();

    /// <summary>Makes an object of a type in an assembly. An assembly is loaded once a process.</summary>
    /// <typeparam name="T">What the type must implement: <see cref="IModelFactory"/> or <see cref="IImageSource"/>.</typeparam>
    /// <param name="assemblyPath">Full path of the assembly.</param>
    /// <param name="typeName">Full name of the type.</param>
    /// <exception cref="DiagnosticException">
    /// The assembly does not load, was built against another TorchSharp, or has no such type that can be made; the message has what it has.
    /// </exception>
    public static T Create<T>(string assemblyPath, string typeName)
        where T : class
    {
        var assembly = Load(Path.GetFullPath(assemblyPath));
        var candidates = Implementations<T>(assembly);
        var type = assembly.GetType(typeName) ?? throw NoSuchType<T>(assemblyPath, typeName, candidates);
        if (!typeof(T).IsAssignableFrom(type) || type.IsAbstract)
        {
            throw Failed($"{typeName} in {assemblyPath} does not implement {typeof(T).FullName}. {Listed<T>(candidates)}");
        }

        if (type.GetConstructor(Type.EmptyTypes) is not { } constructor)
        {
            throw Failed($"{typeName} in {assemblyPath} has no public constructor without parameters: add one.");
        }

        try
        {
            return (T)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, null, null);
        }
        catch (Exception e)
        {
            throw Failed($"The constructor of {typeName} threw {Describe(e)}");
        }
    }

    /// <summary>Loads an assembly and makes sure that it was built for this engine's TorchSharp, without touching libtorch.</summary>
    /// <param name="assemblyPath">Full path of the assembly.</param>
    /// <exception cref="DiagnosticException">It does not load, or was built against another TorchSharp; the message has the version to use.</exception>
    public static void Check(string assemblyPath) => Load(Path.GetFullPath(assemblyPath));

    /// <summary>
    /// An exception of a plug-in's code for its author: type, message, what it wraps, and the first frame of the innermost stack that is in
    /// the plug-in.
    /// </summary>
    public static string Describe(Exception exception)
    {
        var frame = Wrapped(exception).Reverse().SelectMany(e => new StackTrace(e, fNeedFileInfo: true).GetFrames()).FirstOrDefault(
            f => f.GetMethod()?.DeclaringType is { } type && AssemblyLoadContext.GetLoadContext(type.Assembly) is PluginLoadContext);
        var text = Cause.Named(exception);
        if (frame?.GetMethod() is not { } method)
        {
            return text;
        }

        var line = frame.GetFileName() is { } file ? $" in {file}:{frame.GetFileLineNumber()}" : "";
        return $"{text} (at {method.DeclaringType}.{method.Name}{line})";
    }

    /// <summary>An exception and what it wraps, one after the other.</summary>
    private static IEnumerable<Exception> Wrapped(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            yield return e;
        }
    }

    private static Assembly Load(string path)
    {
        if (!File.Exists(path))
        {
            throw Failed($"{path} does not exist: build the model project first, and check the configuration and framework in the path.");
        }

        try
        {
            var assembly = Loaded.GetOrAdd(path, p => new Lazy<Assembly>(() => new PluginLoadContext(p).LoadFromAssemblyPath(p))).Value;
            CheckTorchSharp(assembly, path);
            return assembly;
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            throw Failed($"{path} does not load as a .NET assembly: {Cause.Of(e)}");
        }
    }

    /// <summary>TorchSharp's interfaces change with its minor version: a method missing in the middle of a search would be a worse message.</summary>
    private static void CheckTorchSharp(Assembly assembly, string path)
    {
        var ours = typeof(torch).Assembly.GetName().Version!;
        var theirs = assembly.GetReferencedAssemblies().FirstOrDefault(r => r.Name == "TorchSharp")?.Version;
        if (theirs is not null && (theirs.Major, theirs.Minor) != (ours.Major, ours.Minor))
        {
            throw Failed(
                $"{path} was built against TorchSharp {theirs.ToString(3)}, but this engine runs {ours.ToString(3)}: "
                + $"""reference it as <PackageReference Include="TorchSharp" Version="{ours.ToString(3)}" /> and build again.""");
        }
    }

    private static List<string> Implementations<T>(Assembly assembly)
    {
        Type?[] types;
        try
        {
            types = assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException e)
        {
            // Types whose own dependencies are missing can't be candidates; the others are still worth listing.
            types = e.Types;
        }

        return [.. types.OfType<Type>().Where(t => typeof(T).IsAssignableFrom(t) && !t.IsAbstract).Select(t => t.FullName!).Order(StringComparer.Ordinal)];
    }

    private static DiagnosticException NoSuchType<T>(string path, string typeName, IReadOnlyList<string> candidates)
    {
        // The namespace is what people leave out.
        var near = candidates.FirstOrDefault(c => c.EndsWith($".{typeName}", StringComparison.OrdinalIgnoreCase));
        var question = near is null ? NearestName.Question(typeName, candidates) : $"; did you mean '{near}'?";
        return Failed($"{path} has no type '{typeName}'{question} {Listed<T>(candidates)}");
    }

    private static string Listed<T>(IReadOnlyList<string> candidates) => candidates.Count == 0
        ? $"Nothing in it implements {typeof(T).FullName}."
        : $"It has these {typeof(T).Name}: {string.Join(", ", candidates.Take(20))}.";

    private static DiagnosticException Failed(string message) => new(RuntimeDiagnostics.AssemblyNotLoadable, message);

    /// <summary>Resolves by the assembly's own deps.json, except for what both sides must share.</summary>
    private sealed class PluginLoadContext(string path) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(path))
    {
        private static readonly Assembly[] Shared = [typeof(torch).Assembly, typeof(IModelFactory).Assembly];
        private readonly AssemblyDependencyResolver _resolver = new(path);

        protected override Assembly? Load(AssemblyName assemblyName) =>
            Array.Find(Shared, a => a.GetName().Name == assemblyName.Name)
            ?? (_resolver.ResolveAssemblyToPath(assemblyName) is { } file ? LoadFromAssemblyPath(file) : null);

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } file ? LoadUnmanagedDllFromPath(file) : 0;
    }
}
