using System.CommandLine;

namespace Masterful.Tool.Commands;

/// <summary><c>validate</c>: everything that is wrong with the spec, without training.</summary>
internal static class ValidateCommand
{
    public static Command Create(CommandBinder bind)
    {
        var command = new Command(
            "validate", "Checks the spec and tells everything that is wrong with it, each at its line. Reads no images, loads no torch.");
        bind.Bind(command, call =>
        {
            var spec = call.Options.LoadSpec(call.Host, call.Log);
            call.Log.Result($"{call.Options.SpecPath} is valid.", new { valid = true, spec = spec.Path });
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }
}
