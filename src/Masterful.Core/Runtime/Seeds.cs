using System.Security.Cryptography;
using System.Text;

namespace Masterful.Core.Runtime;

/// <summary>Independent random streams from one seed, each by its purpose, so that adding a stream never shifts another.</summary>
public static class Seeds
{
    /// <summary>A seed for a purpose: the first 63 bits of SHA-256 over the seed and the purpose. The same on every machine.</summary>
    /// <param name="seed">The run's or the trial's seed.</param>
    /// <param name="purpose">What the stream is for, such as <c>order/3</c>.</param>
    public static long Derive(long seed, string purpose)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{purpose}"));
        return (long)(BitConverter.ToUInt64(hash) >> 1);
    }
}
