using System.Runtime.InteropServices;

namespace Masterful.Core.Runtime;

/// <summary>Tells a machine without memory left from every other fault; libtorch says it in words only.</summary>
internal static class MemoryShortage
{
    private static readonly string[] Phrases = ["out of memory", "can't allocate memory", "not enough memory"];

    /// <summary>Whether an exception says that memory ran out, in .NET or in libtorch.</summary>
    public static bool Is(Exception exception) => exception is OutOfMemoryException
        || (exception is ExternalException && Array.Exists(Phrases, p => exception.Message.Contains(p, StringComparison.OrdinalIgnoreCase)));
}
