using System.Security.Cryptography;
using System.Text;
using Masterful.Core.Spec;

namespace Masterful.Fleet.Sharing;

/// <summary>The secret that lets a worker read what a coordinator shares. Never shown.</summary>
public sealed class ShareToken
{
    /// <summary>The variable with the token.</summary>
    public const string Variable = "MASTERFUL_FLEET_TOKEN";

    private const int Shortest = 16;
    private const int Longest = 512;
    private readonly byte[] _expected;

    private ShareToken(string text) => (Authorization, _expected) = ($"Bearer {text}", HashOf($"Bearer {text}"));

    /// <summary>The header's value.</summary>
    internal string Authorization { get; }

    /// <summary>Reads the token.</summary>
    /// <param name="environment">Values of variables; null where one is not set.</param>
    /// <exception cref="DiagnosticException">It is missing, too short, or has characters that no header can carry.</exception>
    public static ShareToken Read(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var problem = environment(Variable) switch
        {
            null or "" => "is not set",
            { Length: < Shortest } => $"has fewer than {Shortest} characters",
            { Length: > Longest } => $"has more than {Longest} characters",
            { } text when text.Any(c => c is <= ' ' or > '~') => "has a space or a character that is not ASCII",
            _ => null,
        };
        return problem is null
            ? new ShareToken(environment(Variable)!)
            : throw new DiagnosticException(FleetDiagnostics.TokenMissing, $"{Variable} {problem}. {FleetDiagnostics.TokenMissing.Remedy}");
    }

    /// <summary>Whether a header's value is the right one; how long that takes tells nothing about it.</summary>
    internal bool Matches(string given) => CryptographicOperations.FixedTimeEquals(HashOf(given), _expected);

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
