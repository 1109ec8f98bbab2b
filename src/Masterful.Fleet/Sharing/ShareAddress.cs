using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Fleet.Sharing;

/// <summary>Where a coordinator listens, and where a worker finds it.</summary>
/// <param name="Listen">The address to listen on.</param>
/// <param name="Port">The port; 0 takes a free one.</param>
/// <param name="Certificate">For TLS, or null.</param>
public sealed record ShareAddress(IPAddress Listen, int Port, X509Certificate2? Certificate = null)
{
    /// <summary>The variable with the password of the certificate's file.</summary>
    public const string PasswordVariable = "MASTERFUL_FLEET_CERTIFICATE_PASSWORD";

    /// <summary>What is doubtful about it, or null.</summary>
    public Diagnostic? Warning => Certificate is null && !IPAddress.IsLoopback(Listen)
        ? InTheClear($"{Listen} is listened on without a certificate: data and token travel in the clear")
        : null;

    /// <summary>Reads what a command line says.</summary>
    /// <param name="listen">An IP address of this machine, or one that stands for all of them.</param>
    /// <param name="port">The port.</param>
    /// <param name="certificate">A PKCS #12 file, or null.</param>
    /// <param name="environment">Values of variables; null where one is not set.</param>
    /// <exception cref="DiagnosticException">It is no address, or no certificate with its key.</exception>
    public static ShareAddress Read(string listen, int port, string? certificate, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return IPAddress.TryParse(listen, out var address)
            ? new ShareAddress(address, port, certificate is null ? null : Load(certificate, environment(PasswordVariable)))
            : throw NotListening($"'{SharePath.Shown(listen)}' is no IP address such as 127.0.0.1 or 0.0.0.0");
    }

    /// <summary>Reads where a worker is to fetch from.</summary>
    /// <exception cref="DiagnosticException">It is no address of a coordinator.</exception>
    public static Uri ReadSource(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" }
            ? new Uri(uri.AbsoluteUri.TrimEnd('/') + "/")
            : throw new DiagnosticException(
                FleetDiagnostics.ShareNotReached, "--from takes the address that `dotnet masterful fleet serve` told, such as https://coordinator:8437, without user, password and query.");

    /// <summary>What is doubtful about fetching from there, or null.</summary>
    public static Diagnostic? WarningOf(Uri source) => source is { Scheme: "http", IsLoopback: false }
        ? InTheClear($"{source} is not https: data and token travel in the clear")
        : null;

    internal static DiagnosticException NotListening(string problem) => new(FleetDiagnostics.NotListening, $"{problem}. {FleetDiagnostics.NotListening.Remedy}");

    private static Diagnostic InTheClear(string problem) =>
        new(FleetDiagnostics.InTheClear, DiagnosticSeverity.Warning, $"{problem}. {FleetDiagnostics.InTheClear.Remedy}");

    private static X509Certificate2 Load(string path, string? password)
    {
        try
        {
            var certificate = X509CertificateLoader.LoadPkcs12FromFile(path, password);
            return certificate.HasPrivateKey ? certificate : throw NotListening($"{path} has no private key");
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw NotListening($"{path} can't be read as a certificate with the password in {PasswordVariable}: {Cause.Of(e).TrimEnd('.')}");
        }
    }
}
