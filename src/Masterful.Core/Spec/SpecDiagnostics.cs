namespace Masterful.Core.Spec;

/// <summary>What can be wrong with a spec.</summary>
public static class SpecDiagnostics
{
    /// <summary>No file there, or a folder.</summary>
    public static readonly DiagnosticCode SpecNotFound = new(
        "MST0001", "the spec was not found", "Name the file with --spec, or write one with `dotnet masterful init`.");

    /// <summary>Too large, not UTF-8, no permission, or empty.</summary>
    public static readonly DiagnosticCode SpecNotReadable = new(
        "MST0002", "the spec can't be read", "Save it as UTF-8 text of less than a megabyte that this user may read.");

    /// <summary>Not YAML, or more than one document.</summary>
    public static readonly DiagnosticCode YamlSyntax = new(
        "MST0003", "the spec is not valid YAML", "Look at the indentation (spaces only), colons and quotes near the place named.");

    /// <summary>Nested too deeply or too large once its aliases are expanded.</summary>
    public static readonly DiagnosticCode YamlTooLarge = new(
        "MST0004", "the spec is nested too deeply or expands too far", "Write it plainly; a spec needs no deep nesting and hardly any aliases.");

    /// <summary>A key that does not exist here.</summary>
    public static readonly DiagnosticCode UnknownKey = new(
        "MST0005", "an unknown key", "Use the key that the message suggests; an editor with the JSON schema completes keys.");

    /// <summary>A required key is not there.</summary>
    public static readonly DiagnosticCode MissingKey = new("MST0006", "a required key is missing", "Add the key.");

    /// <summary>A key twice in one section.</summary>
    public static readonly DiagnosticCode DuplicateKey = new("MST0007", "a key stands twice", "Remove one of the two.");

    /// <summary>A list where a number should be, and the like.</summary>
    public static readonly DiagnosticCode WrongType = new("MST0008", "a value of the wrong type", "Give the kind of value that the message asks for.");

    /// <summary>A value of the right type outside its range.</summary>
    public static readonly DiagnosticCode OutOfRange = new("MST0009", "a value out of range", "Give a value in the range that the message names.");

    /// <summary>A word that is not one of the choices.</summary>
    public static readonly DiagnosticCode UnknownName = new("MST0010", "an unknown name", "Use one of the names that the message lists.");

    /// <summary>A file or folder that the spec names is not there.</summary>
    public static readonly DiagnosticCode FileMissing = new(
        "MST0011", "a file is missing", "Check dataset.root and the path, or let dataset.sources fetch the file.");

    /// <summary>An environment variable that is not set, or a reference that is not well formed.</summary>
    public static readonly DiagnosticCode Variable = new(
        "MST0012", "an environment variable is not set", "Set it, or give a default: ${NAME:-default}. A literal ${ is written $${.");

    /// <summary>Keys that make no sense together.</summary>
    public static readonly DiagnosticCode Conflict = new("MST0013", "keys contradict each other", "Keep one of them, as the message says.");

    /// <summary>A path that leaves its folder.</summary>
    public static readonly DiagnosticCode PathEscapes = new("MST0014", "a path leaves its folder", "Use a relative path without `..` above its folder.");

    /// <summary>A spec for another version of the tool.</summary>
    public static readonly DiagnosticCode Version = new("MST0015", "the spec's version is not supported", "Update the tool: `dotnet tool update masterful`.");

    /// <summary>A --set that is not key.path=value.</summary>
    public static readonly DiagnosticCode Override = new("MST0016", "a malformed --set", "Write --set key.path=value, with quotes if the value has spaces.");

    /// <summary>init found no data that it knows.</summary>
    public static readonly DiagnosticCode LayoutNotRecognized = new(
        "MST0017", "no known data layout", "Name the folder that holds the data, or write dataset.format and dataset.splits by hand.");

    /// <summary>An address where a ground for transparent images belongs.</summary>
    public static readonly DiagnosticCode LinkAsBackground = new(
        "MST0035", "dataset.background holds a link", "Write the address as dataset.link; dataset.background is what transparent images are put on.");

    /// <summary>Allowed, but probably not meant.</summary>
    public static readonly DiagnosticCode Doubtful = new("MST0018", "a doubtful setting", "See the message.");

    /// <summary>init found nothing but what judges.</summary>
    public static readonly DiagnosticCode OnlyTestFound = new(
        "MST0030", "nothing but a test or validation set was found", "Call init on the folder that holds train and test, or name what trains in dataset.splits.train.");

    /// <summary>init met names that data can't be read by.</summary>
    public static readonly DiagnosticCode NamesNotText = new(
        "MST0031", "names that are not UTF-8", "Rename them, all at once with `convmv -f latin1 -t utf8 -r --notest FOLDER`, or unpack the archive again with its encoding.");

    /// <summary>init would have to write a path that a spec can't hold.</summary>
    public static readonly DiagnosticCode PathNotWritable = new(
        "MST0032", "a path can't be written in a spec", "Rename the folder without line ends and other control characters.");

    /// <summary>init may not look into folders.</summary>
    public static readonly DiagnosticCode FoldersNotReadable = new(
        "MST0033", "folders that can't be looked at", "Give this user the right to read them, if they belong to the data.");
}
