namespace Masterful.Core.Data;

/// <summary>How far reading the data is.</summary>
/// <param name="Activity">What goes on: <c>download</c> (bytes), <c>check</c> (files) or <c>decode</c> (images).</param>
/// <param name="Subject">The file or split.</param>
/// <param name="Done">How many.</param>
/// <param name="Total">Of how many, or null when that is not known.</param>
public readonly record struct DataProgress(string Activity, string Subject, long Done, long? Total)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => $"{Activity} {Subject}: {Done:N0}{(Total is { } total ? $" of {total:N0}" : "")}";
}
