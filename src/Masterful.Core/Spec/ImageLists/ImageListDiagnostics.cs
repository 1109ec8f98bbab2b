namespace Masterful.Core.Spec.ImageLists;

/// <summary>What can be wrong with a CSV that lists images.</summary>
public static class ImageListDiagnostics
{
    /// <summary>Not a table of text.</summary>
    public static readonly DiagnosticCode NotReadable = new(
        "MST0140", "a CSV can't be read as a table", "Save it as CSV in UTF-8; a quote inside a quoted field is doubled.");

    /// <summary>Nothing says which column names the images, or which has the labels.</summary>
    public static readonly DiagnosticCode ColumnsUnknown = new(
        "MST0141", "the columns of a CSV are not recognised", "Say which is which: dataset.columns: { path: …, label: … }.");

    /// <summary>A list of images alone where labels are wanted.</summary>
    public static readonly DiagnosticCode NoLabelColumn = new(
        "MST0142", "a CSV of a labelled split has no label column", "Add the column, or list the file under dataset.splits.unlabeled.");

    /// <summary>A line that is not like the others.</summary>
    public static readonly DiagnosticCode LineMisfit = new(
        "MST0143", "a line of a CSV does not fit its columns", "Correct the line; a field that holds the delimiter stands in quotes.");

    /// <summary>One image, several labels.</summary>
    public static readonly DiagnosticCode LabelsContradict = new(
        "MST0144", "an image is listed with different labels", "Keep one line for each image: a classifier learns one label an image.");

    /// <summary>Lines that say what was said.</summary>
    public static readonly DiagnosticCode LinesRepeated = new(
        "MST0145", "images are listed more than once", "Nothing: each image is taken once. Remove the lines to end the warning.");

    /// <summary>A label that may not be meant as it stands.</summary>
    public static readonly DiagnosticCode LabelDoubtful = new(
        "MST0146", "a label that may mean something else", "Empty the cell of an image without a label; name classes in dataset.classes or dataset.label_map.");

    /// <summary>Images without a label in a labelled split.</summary>
    public static readonly DiagnosticCode WithoutLabel = new(
        "MST0147", "images of train have no label", "Label them; or list them in a file under dataset.splits.unlabeled, which says that it is meant.");

    /// <summary>A column that says which split a line is of.</summary>
    public static readonly DiagnosticCode SplitColumn = new(
        "MST0148", "a CSV has a column of splits that is not read", "Make a CSV for each split, and name each in dataset.splits.");
}
