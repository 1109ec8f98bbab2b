namespace Masterful.Tool;

/// <summary>
/// A wish to stop that a parent process can state on every platform, as a build does: it names a file, and creates it when the run is to
/// write its checkpoint and end. Windows has no signal for a process without a console.
/// </summary>
internal static class StopFile
{
    /// <summary>The environment variable with the file's path.</summary>
    public const string Variable = "MASTERFUL_STOP_FILE";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Calls <paramref name="stop"/> when the file is there, again and again until it is disposed; null where no file is named.</summary>
    public static Timer? Watch(string? file, Action stop) => file is null ? null : new Timer(
        _ =>
        {
            if (File.Exists(file))
            {
                stop();
            }
        },
        null,
        TimeSpan.Zero,
        Interval);
}
