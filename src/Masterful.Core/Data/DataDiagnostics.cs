using Masterful.Core.Spec;

namespace Masterful.Core.Data;

/// <summary>What can be wrong with a data set.</summary>
public static class DataDiagnostics
{
    /// <summary>A file or folder of a split that is not there.</summary>
    public static readonly DiagnosticCode SplitNotFound = new(
        "MST0101", "a split's file or folder does not exist", "Correct dataset.root or dataset.splits, or name the file in dataset.sources.");

    /// <summary>A data file that is not what its format says.</summary>
    public static readonly DiagnosticCode FileCorrupt = new(
        "MST0102", "a data file is corrupt, truncated or of another format", "Fetch or write the file again; the message says where it breaks off.");

    /// <summary>An image file that does not decode.</summary>
    public static readonly DiagnosticCode ImageUnreadable = new(
        "MST0103", "an image can't be read", "Mend or remove the files that are listed, or leave them out with dataset.on_unreadable: skip.");

    /// <summary>An image that a CSV names and that is not there.</summary>
    public static readonly DiagnosticCode ImageNotFound = new(
        "MST0104", "an image named in a CSV does not exist", "Correct the line; paths are relative to dataset.root.");

    /// <summary>A label that is not a class.</summary>
    public static readonly DiagnosticCode LabelUnknown = new(
        "MST0105", "a label is not a class", "Correct the label, or add it to dataset.classes or dataset.label_map.");

    /// <summary>A path that leads out of the data set's root.</summary>
    public static readonly DiagnosticCode PathOutsideRoot = new(
        "MST0106", "a path leads out of the data set's root", "Use a path below dataset.root, or a higher root.");

    /// <summary>Nothing to tell apart.</summary>
    public static readonly DiagnosticCode TooFewClasses = new(
        "MST0107", "the data set has fewer than two classes", "A classifier needs at least two classes in train.");

    /// <summary>A class that can't be learned.</summary>
    public static readonly DiagnosticCode ClassAbsentFromTrain = new(
        "MST0108", "a class has no image in train", "Add images of the class to train, raise dataset.limit.train, or remove the class.");

    /// <summary>Test images that were trained on.</summary>
    public static readonly DiagnosticCode TestLeak = new(
        "MST0109", "test images also stand in the training data", "Remove the copies, or set dataset.allow_leaks: true to go on.");

    /// <summary>The same pixels twice.</summary>
    public static readonly DiagnosticCode Duplicates = new(
        "MST0110", "exact duplicates within a split", "Remove the copies: they count more than other images.");

    /// <summary>The same pixels under two labels.</summary>
    public static readonly DiagnosticCode ConflictingLabels = new(
        "MST0111", "the same image has different labels", "Decide on one label for the images, or remove them.");

    /// <summary>A class that the comparison says nothing about.</summary>
    public static readonly DiagnosticCode ClassAbsentFromTest = new(
        "MST0112", "a class has no image in test", "Add images of the class to test, or raise dataset.limit.test.");

    /// <summary>Classes of very different size.</summary>
    public static readonly DiagnosticCode Imbalance = new(
        "MST0113", "the classes are of very different size", "Look at recall by class in the report; add images of the small classes.");

    /// <summary>Decoded images can't be kept.</summary>
    public static readonly DiagnosticCode CacheNotWritable = new(
        "MST0114", "the cache can't be written", "Free space or change permissions, or name another folder in runtime.cache.");

    /// <summary>A source that could not be fetched.</summary>
    public static readonly DiagnosticCode DownloadFailed = new(
        "MST0115", "a download failed", "Check the URL and the network; the next run goes on where this one stopped.");

    /// <summary>A source that is not the file it should be.</summary>
    public static readonly DiagnosticCode DownloadChanged = new(
        "MST0116", "a downloaded file has another hash", "If the file changed at its source, check it and put its new sha256 into dataset.sources.");

    /// <summary>A split without images.</summary>
    public static readonly DiagnosticCode SplitEmpty = new(
        "MST0117", "a split has no images", "Correct dataset.splits, dataset.validation or dataset.limit.");

    /// <summary>Labels or classes that nothing uses.</summary>
    public static readonly DiagnosticCode LabelUnused = new(
        "MST0118", "a label has no images", "Nothing, if that is as it should be; else look for the missing images.");

    /// <summary>Files that are no images of a format that is read.</summary>
    public static readonly DiagnosticCode FilesIgnored = new(
        "MST0119", "files in the data set were ignored", "Convert images to PNG, JPEG, BMP, WebP or GIF; remove the rest.");

    /// <summary>A custom source that fails or gives what can't be.</summary>
    public static readonly DiagnosticCode CustomSourceFailed = new(
        "MST0120", "the custom image source failed", "Correct the IImageSource in the model project.");

    /// <summary>Images without a label where labels are needed.</summary>
    public static readonly DiagnosticCode LabelMissing = new(
        "MST0121", "images without a label where labels are needed", "Label them, or move them to dataset.splits.unlabeled.");

    /// <summary>Selection images that were trained on.</summary>
    public static readonly DiagnosticCode SelectOverlap = new(
        "MST0122", "validation images also stand in train", "Remove the copies: policies are chosen on images that the model has seen.");

    /// <summary>Files that could not be read and were left out, as the spec says.</summary>
    public static readonly DiagnosticCode FilesLeftOut = new(
        "MST0150", "files that can't be read were left out", "Mend or remove the files, which the report lists; dataset.on_unreadable: fail stops at them.");

    /// <summary>Transparency that was dropped.</summary>
    public static readonly DiagnosticCode TransparencyDropped = new(
        "MST0151", "images have transparency, which was dropped", "Look at the samples; dataset.background: white or black puts such images on a ground.");

    /// <summary>Images without any content.</summary>
    public static readonly DiagnosticCode ConstantImages = new(
        "MST0152", "images of a single colour", "Look at them, and remove them if nothing should be in them.");

    /// <summary>All images are the same.</summary>
    public static readonly DiagnosticCode AllEqual = new(
        "MST0153", "all images of a split are the same", "Look at the samples: what tells the classes apart is lost before training begins.");

    /// <summary>Images whose file lacks its end.</summary>
    public static readonly DiagnosticCode EndMissing = new(
        "MST0154", "image files lack their end", "All their pixels are there and were used; fetch the files again if they should be whole.");

    /// <summary>More decoded images than there is room for.</summary>
    public static readonly DiagnosticCode TooLarge = new(
        "MST0155", "the decoded images take more than there is room for", "Free disk space for runtime.cache, make model.input_shape smaller, or mend the files.");

    /// <summary>A class that can't have an image in every fold.</summary>
    public static readonly DiagnosticCode TooFewForFolds = new(
        "MST0123", "a class has too few images for the folds", "Use fewer folds, or add images of the class.");

    /// <summary>A download whose place is somewhere else, through a link.</summary>
    public static readonly DiagnosticCode SourceLeavesRoot = new(
        "MST0124", "a download would leave its folder through a link", "Name the folder that is meant in dataset.root, by its own path, or put the file there yourself.");

    /// <summary>A redirect from one scheme to another, or too many.</summary>
    public static readonly DiagnosticCode RedirectRefused = new(
        "MST0125", "a download is redirected to where it may not go", "Put the address that the file really has into dataset.sources, or fetch the file yourself.");

    /// <summary>A name that is not valid UTF-8.</summary>
    public static readonly DiagnosticCode NameNotText = new(
        "MST0130",
        "a file or folder has a name that is not UTF-8",
        "Rename it, all at once with `convmv -f latin1 -t utf8 -r --notest FOLDER` (or cp437, cp932 …), or unpack the archive again with its encoding (`unzip -O cp437`).");

    /// <summary>A link to what is not there.</summary>
    public static readonly DiagnosticCode LinkBroken = new(
        "MST0131", "a link leads nowhere", "Mount or restore what it leads to, or remove it.");

    /// <summary>A folder that this user may not read.</summary>
    public static readonly DiagnosticCode FolderUnreadable = new(
        "MST0132", "a folder can't be read", "Give this user the right to read it, or move it out of the data.");

    /// <summary>Folders that stand among the classes and are none.</summary>
    public static readonly DiagnosticCode FoldersLeftOut = new(
        "MST0133", "folders among the classes were left out", "Nothing, if they are no classes; else put images into them, or name them in dataset.classes.");

    /// <summary>Classes that a person can't tell apart.</summary>
    public static readonly DiagnosticCode NamesAlike = new(
        "MST0134", "names that look the same", "Give both the same name; where both are meant, name both in dataset.classes.");

    /// <summary>Links that lead to what is read anyway.</summary>
    public static readonly DiagnosticCode LinkRepeated = new(
        "MST0135", "links lead to folders that are read already", "Nothing: their images count once. Remove the links to be rid of this warning.");

    /// <summary>Somebody wrote where images were read from.</summary>
    public static readonly DiagnosticCode ChangedWhileRead = new(
        "MST0160", "files changed while they were read", "Run again when nothing writes to the data set any more.");

    /// <summary>A file that a source names and that has another content.</summary>
    public static readonly DiagnosticCode SourceDiffers = new(
        "MST0161", "a file of dataset.sources has another hash", "Delete the file, so that it is fetched again; or, if it is right, put its sha256 into dataset.sources.");

    /// <summary>A picture beside figures that are right.</summary>
    public static readonly DiagnosticCode PictureNotDrawn = new(
        "MST0162", "a picture can't be drawn", "The figures beside it are right; name another file by --sheet, or report what the message says.");
}
