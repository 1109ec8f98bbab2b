using System.Net;

namespace Masterful.Tool.Commands;

/// <summary>
/// A page that sends the browser on, in a folder that only this user can read: what is given to a program as an argument every user of the
/// machine can see, and the address holds the token.
/// </summary>
internal sealed class RedirectPage : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("masterful-ui-");

    public RedirectPage(Uri address)
    {
        Path = System.IO.Path.Combine(_folder.FullName, "open.html");
        var target = WebUtility.HtmlEncode(address.AbsoluteUri);
        File.WriteAllText(Path, $"""<!DOCTYPE html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={target}"><title>Masterful</title><a href="{target}">Masterful</a>""");
    }

    /// <summary>Full path of the page.</summary>
    public string Path { get; }

    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The token in it has just ended with the server.
        }
    }
}
