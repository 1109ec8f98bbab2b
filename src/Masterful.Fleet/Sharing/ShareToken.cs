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

    /// <summary>What a bearer token may have besides letters and digits: https://www.rfc-editor.org/rfc/rfc6750#section-2.1.</summary>
    private const string Others = "-._~+/=";

    private readonly byte[] _expected;

    private ShareToken(string text) => (Text, _expected) = (new SecretText(text), HashOf($"Bearer {text}"));

    /// <summary>The token, for the header of a request.</summary>
    internal SecretText Text { get; }

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
            { } text when !text.All(c => char.IsAsciiLetterOrDigit(c) || Others.Contains(c)) => $"has a character that is not a letter of ASCII, a digit or one of {Others}",
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
