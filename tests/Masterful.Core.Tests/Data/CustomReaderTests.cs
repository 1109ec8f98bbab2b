using Masterful.Abstractions;
using Masterful.Core.Data;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Data;

public sealed class CustomReaderTests : IDisposable
{
    private readonly TestData _data = new();

    private DatasetSpec Spec => _data.Spec(DatasetFormat.Custom, "all") with { Type = "My.Source" };

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Images_come_from_the_source_once_for_each_fingerprint()
    {
        var source = new Source();
        using var first = _data.Load(Spec, new ImageShape(1, 2, 3), custom: source);
        using var second = _data.Load(Spec, new ImageShape(1, 2, 3), custom: source);
        source.Version = "2";
        using var third = _data.Load(Spec, new ImageShape(1, 2, 3), custom: source);

        Assert.Equal(2, source.Reads);
        Assert.Equal(first.Fingerprint, second.Fingerprint);
        var image = Enumerable.Range(0, first.Train.Count).First(i => first.Train.Indices[i] == 5);
        // Red, green, blue of one pixel, then of the other: planes of two.
        Assert.Equal([5, 4, 2, 5, 3, 6], first.Train.Image(image).ToArray());
    }

    [Fact]
    public void A_source_is_asked_for_one_split_at_a_time()
    {
        var source = new Source { Takes = TimeSpan.FromMilliseconds(50) };
        using var splits = _data.Load(
            Spec with { Splits = Spec.Splits with { Test = ["other"] }, AllowLeaks = true }, new ImageShape(1, 2, 3), custom: source);

        Assert.Equal((2, 1), (source.Reads, source.MostAtOnce));
    }

    [Theory]
    [InlineData("throws", "InvalidOperationException: no disk")]
    [InlineData("label", "label 2")]
    [InlineData("length", "5 bytes")]
    public void A_source_that_fails_is_named(string how, string told)
    {
        var error = _data.Error(Spec, new ImageShape(1, 2, 3), new Source { Fails = how });

        Assert.Equal(DataDiagnostics.CustomSourceFailed, error.Code);
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    private sealed class Source : IImageSource
    {
        private int _now;

        public string Version { get; set; } = "1";

        public string Fails { get; init; } = "";

        public TimeSpan Takes { get; init; }

        public int Reads { get; private set; }

        public int MostAtOnce { get; private set; }

        public IReadOnlyList<string> Classes => ["no", "yes"];

        public string Fingerprint(string root, string split) => Version;

        public IEnumerable<SourceImage> Read(string root, string split)
        {
            Reads++;
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _now));
            Thread.Sleep(Takes);
            for (var i = 0; i < 40; i++)
            {
                var label = Fails == "label" && i == 9 ? 2 : i % 2;
                var length = Fails == "length" && i == 9 ? 5 : 6;
                yield return new SourceImage(new byte[] { (byte)i, 2, 3, 4, 5, 6 }.AsMemory(0, length), new InputShape(1, 2, 3), label);
            }

            Interlocked.Decrement(ref _now);
            if (Fails == "throws")
            {
                throw new InvalidOperationException("no disk");
            }
        }
    }
}
