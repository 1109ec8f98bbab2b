using System.Globalization;

namespace Masterful.Core.Spec.ImageLists;

/// <summary>What people call the columns of a list of images. Case, spaces and signs between words don't count.</summary>
internal static class ColumnNames
{
    /// <summary>The image's file; a name of an earlier tier is surer.</summary>
    public static readonly IReadOnlyList<IReadOnlyList<string>> Path =
    [
        [
            "path", "paths", "filepath", "filepaths", "file", "files", "filename", "filenames", "fname", "relativepath", "relpath",
            "imagepath", "imagepaths", "imgpath", "imagefile", "imagefiles", "imgfile", "imagefilename", "imgfilename",
        ],
        ["image", "images", "img", "imgs", "imagename", "imagenames", "imgname", "picture", "pictures", "photo", "photos"],
        ["imageid", "imageids", "imgid", "imgids", "photoid", "fileid", "id", "ids", "imageindex", "name"],
    ];

    /// <summary>The label, by names that mean nothing else.</summary>
    public static readonly IReadOnlyList<IReadOnlyList<string>> Label =
    [
        [
            "label", "labels", "labelname", "imagelabel", "class", "classes", "classname", "classlabel", "imageclass", "category", "categories",
            "categoryname", "target", "targets", "targetname", "groundtruth",
        ],
        ["labelid", "labelids", "labelindex", "classid", "classids", "classindex", "categoryid", "categoryindex", "targetid"],
    ];

    /// <summary>The label, by names that may also be those of a class: only where no other columns say 0 or 1.</summary>
    public static readonly IReadOnlyList<IReadOnlyList<string>> PossibleLabel =
        [["cat", "cats", "y", "gt", "tag", "tags", "species", "breed", "breeds", "diagnosis", "type", "kind"]];

    private static readonly string[] Split = ["split", "splits", "subset", "set", "partition", "phase", "usage", "isvalid", "isvalidation", "istest", "istrain"];

    /// <summary>Whether a field is the name of a column.</summary>
    public static bool IsKnown(string field) => IsHeading(field) || PossibleLabel[0].Contains(Plain(field));

    /// <summary>Whether a field is the name of a column and hardly anything else, so that its line is a header.</summary>
    public static bool IsHeading(string field) => Path.Concat(Label).Any(tier => tier.Contains(Plain(field)));

    /// <summary>Whether a name is that of a column which says the split of each line.</summary>
    public static bool IsSplit(string field) => Split.Contains(Plain(field));

    /// <summary>Of some columns, those with the surest names.</summary>
    public static int[] Surest(IReadOnlyList<string> header, IReadOnlyList<int> columns, IReadOnlyList<IReadOnlyList<string>> tiers) =>
        tiers.Select(tier => Named(header, tier).Intersect(columns).ToArray()).FirstOrDefault(found => found.Length > 0) ?? [];

    /// <summary>Positions of the columns that have a name of any tier.</summary>
    public static int[] OfAnyTier(IReadOnlyList<string> header, IReadOnlyList<IReadOnlyList<string>> tiers) =>
        Named(header, [.. tiers.SelectMany(t => t)]);

    /// <summary>
    /// The column that a spec names: by the header's text, whatever its case, or by its number from 1. Null when there is none.
    /// </summary>
    public static int? Find(string name, IReadOnlyList<string>? header, int count)
    {
        foreach (var comparison in new[] { StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase })
        {
            if (header?.Index().Where(h => h.Item.Trim().Equals(name.Trim(), comparison)).Select(h => (int?)h.Index).FirstOrDefault() is { } found)
            {
                return found;
            }
        }

        return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= count ? number - 1 : null;
    }

    private static int[] Named(IReadOnlyList<string> header, IReadOnlyList<string> names) =>
        [.. header.Index().Where(h => names.Contains(Plain(h.Item))).Select(h => h.Index)];

    private static string Plain(string field) => string.Concat(field.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
