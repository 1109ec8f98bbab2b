using Masterful.Core.Spec.Shapes;

namespace Masterful.Core.Spec.Keys;

/// <summary>The keys of <c>report</c>, <c>output</c> and <c>runtime</c>: where things go and where they run.</summary>
internal static class PlaceKeys
{
    private static readonly ReportSpec ReportDefaults = new();
    private static readonly OutputSpec OutputDefaults = new();
    private static readonly RuntimeSpec RuntimeDefaults = new();
    private static readonly PathShape Folder = new("the path of a folder");

    private static readonly SpecKey<string> ReportPath = new("path", Folder, ReportDefaults.Path, "The report's folder, relative to this file.");

    private static readonly SpecKey<bool> Html = new("html", new FlagShape(), ReportDefaults.Html, "Write report.html beside report.md.");

    private static readonly SpecKey<string> OutputPath = new("path", Folder, OutputDefaults.Path, "The trained model's folder, relative to this file.");

    private static readonly SpecKey<IReadOnlyList<ModelFormat>> Formats = new(
        "formats",
        new ListShape<ModelFormat>(Choice.Of<ModelFormat>(), "a list of formats, such as [safetensors]", minimum: 1),
        OutputDefaults.Formats,
        "File formats of the trained model.");

    private static readonly SpecKey<string> Device = new(
        "device",
        new PatternShape("auto, cpu, cuda or cuda:N", "^(auto|cpu|cuda(:[0-9]{1,2})?)$", IsDevice),
        RuntimeDefaults.Device,
        "Where it computes: auto, cpu, cuda or cuda:N. auto takes a GPU when there is one.");

    private static readonly SpecKey<int?> Workers = new(
        "workers",
        new WordOr<int>("auto", new IntegerShape(1, 256)),
        RuntimeDefaults.Workers,
        "Worker processes that run trials side by side. auto is as many as the cores have room for, or one for each GPU; fewer where memory is short. Results don't depend on it.");

    private static readonly SpecKey<int?> Threads = new(
        "threads",
        new WordOr<int>("auto", new IntegerShape(1, 256)),
        RuntimeDefaults.Threads,
        "Threads of each worker. auto is one on a CPU of up to seven cores, else a quarter of the cores. The last digits of results depend on it.");

    private static readonly SpecKey<string> Cache = new(
        "cache", Folder, RuntimeDefaults.Cache, "Folder of the journal, checkpoints and decoded data, relative to this file.");

    private static readonly SpecKey<bool> Fleet = new(
        "fleet",
        new FlagShape(),
        RuntimeDefaults.Fleet,
        "Trials run on the workers of a fleet (dotnet masterful worker --fleet) instead of this machine. MASTERFUL_FLEET says how to reach its PostgreSQL.");

    private static readonly SpecKey<JournalKind> JournalPlace = new(
        "journal",
        Choice.Of<JournalKind>(),
        RuntimeDefaults.Journal,
        "Where results are kept: local is a file in the cache folder; postgres is the database that MASTERFUL_FLEET names, which several machines share.");

    /// <summary>The section <c>report</c>.</summary>
    public static readonly SectionShape<ReportSpec> Report = new(
        [ReportPath, Html], s => new ReportSpec { Path = s.Read(ReportPath), Html = s.Read(Html) });

    /// <summary>The section <c>output</c>.</summary>
    public static readonly SectionShape<OutputSpec> Output = new(
        [OutputPath, Formats], s => new OutputSpec { Path = s.Read(OutputPath), Formats = s.Read(Formats) });

    /// <summary>The section <c>runtime</c>.</summary>
    public static readonly SectionShape<RuntimeSpec> Runtime = new(
        [Device, Workers, Threads, Fleet, JournalPlace, Cache],
        s => new RuntimeSpec
        {
            Device = s.Read(Device),
            Workers = s.Read(Workers),
            Threads = s.Read(Threads),
            Fleet = s.Read(Fleet),
            Journal = s.Read(JournalPlace),
            Cache = s.Read(Cache),
        });

    private static bool IsDevice(string text) =>
        text is "auto" or "cpu" or "cuda"
        || (text.StartsWith("cuda:", StringComparison.Ordinal) && text.Length is 6 or 7 && text[5..].All(char.IsAsciiDigit));
}
