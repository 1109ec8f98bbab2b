using System.Globalization;
using Masterful.Core.Imaging;
using Masterful.Core.Spec;

namespace Masterful.Core.Data.Readers;

/// <summary>What the spec says about image files: what transparent ones are put on, and what becomes of those that can't be read.</summary>
/// <param name="Background">What transparency is put on.</param>
/// <param name="OnUnreadable">Whether a file that can't be read ends the work or is left out.</param>
internal sealed record ImageRules(Background Background, UnreadableFiles OnUnreadable)
{
    /// <summary>What holds where the spec says nothing.</summary>
    public static ImageRules Default { get; } = new(Background.None, UnreadableFiles.Fail);

    /// <summary>Those of a spec.</summary>
    public static ImageRules Of(DatasetSpec dataset) => new(dataset.Background, dataset.OnUnreadable);

    /// <summary>Part of the key of what was decoded by them; empty where nothing is said, so that such keys are what they were.</summary>
    public string Key => this == Default ? "" : string.Create(CultureInfo.InvariantCulture, $"{Background} {OnUnreadable}\n");
}

/// <summary>A file that was left out.</summary>
/// <param name="Position">Its place in the listing.</param>
/// <param name="Name">Its path relative to the root.</param>
/// <param name="Reason">Why it can't be read, as a sentence.</param>
internal sealed record LeftOutFile(int Position, string Name, string Reason);
