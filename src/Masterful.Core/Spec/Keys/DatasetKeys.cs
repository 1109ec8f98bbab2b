using Masterful.Core.Imaging;
using Masterful.Core.Spec.Shapes;

namespace Masterful.Core.Spec.Keys;

/// <summary>The keys of <c>dataset</c>.</summary>
internal static class DatasetKeys
{
    private static readonly PathShape Path = new("the path of a file or folder");

    private static readonly SpecKey<string?> Name = new(
        "name", new OptionalShape<string>(new TextShape()), null, "What the report calls the data; by default the name of the root folder.");

    private static readonly PatternShape Address = new(
        "an http or https address", "^https?://.", v => Uri.TryCreate(v, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https");

    private static readonly SpecKey<string?> Link = new(
        "link", new OptionalShape<string>(Address), null, "The address of a page about the data, shown in the report.");

    private static readonly SpecKey<GroundOrLink> Ground = new(
        "background",
        new GroundOrLinkShape(),
        new GroundOrLink(Background.None, null),
        "What transparent images are put on. none: transparency is dropped, the colours stored underneath count. An address here is taken as dataset.link.");

    private static readonly SpecKey<UnreadableFiles> OnUnreadable = new(
        "on_unreadable",
        Choice.Of<UnreadableFiles>(),
        UnreadableFiles.Fail,
        "Image files that can't be read. fail: they are listed, and nothing is trained. skip: they are left out, and the report lists them all.");

    private static readonly SpecKey<string?> Description = new(
        "description", new OptionalShape<string>(new TextShape()), null, "A sentence about the data for the report.");

    private static readonly SpecKey<DatasetFormat> Format = new(
        "format",
        Choice.Of<DatasetFormat>(),
        DatasetFormat.Folder,
        "svhn: MATLAB v5 files of the Street View House Numbers. idx: MNIST's files, plain or .gz; a split names the images file. "
        + "cifar10, cifar100: the binary versions. folder: a folder a class. csv: a text file with a line an image. "
        + "custom: an IImageSource of the model project (dataset.type in model.assembly).",
        IsRequired: true);

    private static readonly SpecKey<string> Root = new(
        "root", new PathShape("the path of a folder"), ".", "The folder that split paths are relative to; itself relative to this file.", IsRequired: true);

    private static readonly SpecKey<SplitsSpec> Splits = new(
        "splits", SplitsKeys.Section, new SplitsSpec { Train = [] }, "Which files are which split.", IsRequired: true);

    private static readonly SpecKey<ShareOrName> Validation = new(
        "validation",
        new ShareOrNameShape(),
        new ShareOrName(0.1, null),
        "The images that choose the policy: a share of train held out (stratified, by content), or a file or folder of their own.");

    private static readonly SpecKey<IReadOnlyDictionary<string, int>> Limit = new(
        "limit", LimitKeys.Section, new Dictionary<string, int>(), "Caps on the number of images of a split; a capped split is a stratified subset.");

    private static readonly SpecKey<IReadOnlyList<SourceSpec>> Sources = new(
        "sources",
        new ListShape<SourceSpec>(SourceKeys.Section, "a list of { url, sha256, to }", maximum: 100),
        [],
        "Files that are downloaded once when they are missing, and checked.");

    private static readonly SpecKey<bool> AllowLeaks = new(
        "allow_leaks", new FlagShape(), false, "Go on although test images also stand in train. Without it such a leak is an error.");

    private static readonly SpecKey<IReadOnlyList<string>?> Classes = new(
        "classes",
        new OptionalShape<IReadOnlyList<string>>(new ListShape<string>(new TextShape(), "a list of at least two names", minimum: 2)),
        null,
        "Class names in the order of their labels; by default the format's own. For format folder they select: folders that they don't name are left out, with a count.");

    private static readonly SpecKey<IReadOnlyDictionary<string, string>?> LabelMap = new(
        "label_map",
        new OptionalShape<IReadOnlyDictionary<string, string>>(
            new NamedValuesShape<string>(new TextShape(), "a section that gives each label of the file a class name")),
        null,
        "For format csv: what each label of the file is called; by default labels are class names.");

    private static readonly SpecKey<string?> PathColumn = new(
        "path",
        new OptionalShape<string>(new TextShape("the name or number of a column, or a pattern such as 'train/{id}.jpg'")),
        null,
        "The column that names the image, by its header or its number from 1; or a pattern with columns in braces, such as 'train/{id}.jpg'.");

    private static readonly SpecKey<IReadOnlyList<string>?> LabelColumn = new(
        "label",
        new OptionalShape<IReadOnlyList<string>>(new OneOrMany<string>(new TextShape("the name or number of a column"), "the name or number of a column, or a list of them", 1)),
        null,
        "The column of the label; or a list of columns with 0 and 1 (one-hot), which are the classes.");

    private static readonly SpecKey<ColumnsSpec> Columns = new(
        "columns",
        new SectionShape<ColumnsSpec>([PathColumn, LabelColumn], s => new ColumnsSpec(s.Read(PathColumn), s.Read(LabelColumn))),
        new ColumnsSpec(),
        "For format csv: which columns name the images and have their labels; by default they are recognised by their names and content.");

    private static readonly SpecKey<string?> Type = new(
        "type", new OptionalShape<string>(new TextShape("the full name of a type")), null, "For format custom: the full name of the IImageSource.");

    /// <summary>The section.</summary>
    public static readonly SectionShape<DatasetSpec> Section = new(
        [Name, Link, Description, Format, Root, Splits, Validation, Limit, Sources, Ground, OnUnreadable, AllowLeaks, Classes, LabelMap, Columns, Type],
        s => new DatasetSpec
        {
            Name = s.Read(Name) ?? "",
            Link = s.Read(Link) ?? s.Read(Ground).Link,
            Description = s.Read(Description),
            Format = s.Read(Format),
            Root = s.Read(Root),
            Splits = s.Read(Splits),
            Validation = s.Read(Validation),
            Limit = s.Read(Limit),
            Sources = s.Read(Sources),
            Background = s.Read(Ground).Background,
            OnUnreadable = s.Read(OnUnreadable),
            AllowLeaks = s.Read(AllowLeaks),
            Classes = s.Read(Classes),
            LabelMap = s.Read(LabelMap),
            Columns = s.Read(Columns),
            Type = s.Read(Type),
        });

    /// <summary>What transparent images are put on, or an address that belongs to <c>dataset.link</c>.</summary>
    private readonly record struct GroundOrLink(Background Background, string? Link);

    /// <summary>A ground. An address is taken too, for specs that mean the link; <see cref="DatasetChecks"/> tells it.</summary>
    private sealed class GroundOrLinkShape : ScalarShape<GroundOrLink>
    {
        private static readonly ChoiceShape<Background> Grounds = Choice.Of<Background>();

        public override string Expected => $"{Grounds.Expected} (what transparent images are put on)";

        public override IEnumerable<string> Words => Grounds.Words;

        public override DiagnosticCode? Parse(Yaml.SpecScalar scalar, out GroundOrLink value)
        {
            if (Address.Parse(scalar, out var link) is null)
            {
                value = new GroundOrLink(Background.None, link);
                return null;
            }

            var code = Grounds.Parse(scalar, out var ground);
            value = new GroundOrLink(ground, null);
            return code;
        }

        public override System.Text.Json.Nodes.JsonObject LiteralSchema() => SchemaParts.AnyOf(Grounds.LiteralSchema(), Address.LiteralSchema());

        public override System.Text.Json.Nodes.JsonNode? Write(GroundOrLink value) => value.Link ?? Grounds.Write(value.Background);
    }

    /// <summary>A share of train, or the name of a split.</summary>
    private sealed class ShareOrNameShape : ScalarShape<ShareOrName>
    {
        private static readonly ShareShape Share = new(openEnds: true);

        public override string Expected => $"{Share.Expected}, or the path of a file or folder below dataset.root";

        public override DiagnosticCode? Parse(Yaml.SpecScalar scalar, out ShareOrName value)
        {
            var code = Share.Parse(scalar, out var share);
            if (code != SpecDiagnostics.WrongType)
            {
                value = new ShareOrName(share, null);
                return code;
            }

            code = Path.Parse(scalar, out var name);
            value = new ShareOrName(null, name);
            return code;
        }

        public override System.Text.Json.Nodes.JsonObject LiteralSchema() => SchemaParts.AnyOf(
            Share.LiteralSchema(), new System.Text.Json.Nodes.JsonObject { ["type"] = "string" });

        public override System.Text.Json.Nodes.JsonNode? Write(ShareOrName value) => value.Share is { } share ? share : value.Name;
    }
}
