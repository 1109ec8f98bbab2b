using System.CommandLine;
using System.Text.Json;
using Masterful.Core.Techniques;
using Masterful.Results;

namespace Masterful.Tool.Commands;

/// <summary>
/// <c>preview-worker</c>, which <c>ui</c> starts: draws images under techniques, a request a line on standard input and an answer a line
/// on standard output, until its input ends. In this process, so that <c>ui</c> itself never holds torch.
/// </summary>
internal static class PreviewWorkerCommand
{
    public const string Name = "preview-worker";

    public static Command Create(CommandBinder bind)
    {
        var command = new Command(Name, "Draws previews for the front-end.") { Hidden = true };
        bind.Bind(command, async call =>
        {
            await TorchSession.StartAsync(call, call.Options.Assembly, "cpu").ConfigureAwait(false);
            while (await call.Host.Input.ReadLineAsync(call.Cancellation).ConfigureAwait(false) is { } line)
            {
                var pairs = JsonSerializer.Deserialize<PreviewRequest>(line, ResultFiles.Compact)!.Render();
                await call.Host.Output.WriteLineAsync(JsonSerializer.Serialize(pairs, ResultFiles.Compact)).ConfigureAwait(false);
                await call.Host.Output.FlushAsync(call.Cancellation).ConfigureAwait(false);
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
