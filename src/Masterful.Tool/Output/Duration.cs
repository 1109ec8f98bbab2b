namespace Masterful.Tool.Output;

/// <summary>Durations as people say them.</summary>
internal static class Duration
{
    /// <summary>42s, 3m 10s or 1h 05m.</summary>
    public static string Text(TimeSpan time) =>
        time.TotalSeconds < 60 ? $"{time.TotalSeconds:0}s"
        : time.TotalMinutes < 60 ? $"{(int)time.TotalMinutes}m {time.Seconds:00}s"
        : $"{(int)time.TotalHours}h {time.Minutes:00}m";
}
