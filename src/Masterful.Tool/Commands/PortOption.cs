using System.CommandLine;

namespace Masterful.Tool.Commands;

/// <summary><c>--port</c> of the commands that listen.</summary>
internal static class PortOption
{
    /// <summary>Makes it.</summary>
    /// <param name="description">What it says in the help.</param>
    /// <param name="otherwise">The port where none is named; 0 takes a free one.</param>
    public static Option<int> Create(string description, int otherwise = 0)
    {
        var port = new Option<int>("--port") { Description = description, HelpName = "N" };
        if (otherwise > 0)
        {
            port.DefaultValueFactory = _ => otherwise;
        }

        port.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out var given) || given is < 0 or > 65_535))
            {
                result.AddError("--port takes a number from 0 to 65535.");
            }
        });
        return port;
    }
}
