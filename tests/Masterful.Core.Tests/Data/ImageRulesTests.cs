using Masterful.Core.Data;
using Masterful.Core.Imaging;
using Masterful.Core.Spec;
using Masterful.Core.Tests.Imaging;
using SkiaSharp;
using Xunit;

namespace Masterful.Core.Tests.Data;

/// <summary>Files that can't be read, transparency and images without content: what a data set says of them.</summary>
public sealed class ImageRulesTests : IDisposable
{
    private readonly TestData _data = new();

    private DatasetSpec Folder => _data.Spec(DatasetFormat.Folder, "train");

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Unreadable_files_stop_the_work_and_the_message_says_how_to_go_on()
    {
        WriteSound(40);
        WriteUnreadable();

        var errors = _data.Errors(Folder);

        Assert.Equal(4, errors.Count);
        Assert.All(errors, e => Assert.Equal(DataDiagnostics.ImageUnreadable, e.Code));
        Assert.Contains("on_unreadable: skip", DataDiagnostics.ImageUnreadable.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Skipped_files_are_left_out_listed_in_full_and_the_others_keep_their_names_and_labels()
    {
        WriteSound(40);
        using var sound = _data.Load(Folder);
        WriteUnreadable();
        var spec = Folder with { OnUnreadable = UnreadableFiles.Skip };

        // The second load comes from the cache.
        for (var load = 0; load < 2; load++)
        {
            using var splits = _data.Load(spec);

            Assert.Equal(sound.Fingerprint, splits.Fingerprint);
            Assert.Equal(
                ["train/ant/a-html.jpg", "train/ant/z-empty.png", "train/bee/10-cut.jpg", "train/bee/zip.png"],
                splits.Health.UnreadableFiles.Select(f => f.File).Order(StringComparer.Ordinal));
            Assert.All(splits.Health.UnreadableFiles, f => Assert.Equal("train", f.Split));
            Assert.Contains("HTML", splits.Health.UnreadableFiles.First(f => f.File.EndsWith("html.jpg", StringComparison.Ordinal)).Reason, StringComparison.Ordinal);
            Assert.Equal(4, splits.Health.Unreadable);
            Assert.Contains(splits.Health.Diagnostics, d => d.Code == DataDiagnostics.FilesLeftOut && d.Message.StartsWith("4 of 44 files", StringComparison.Ordinal));
            foreach (var split in new[] { splits.Train, splits.Select })
            {
                Assert.All(Enumerable.Range(0, split.Count), i => Assert.Contains(split.Classes[split.Labels[i]], split.Describe(i), StringComparison.Ordinal));
            }
        }

        // What was left out is not forgotten by the cache.
        Assert.NotEmpty(_data.Errors(Folder));
    }

    [Fact]
    public void A_file_that_lacks_its_end_counts_and_is_told()
    {
        WriteSound(40);
        _data.Write("train/ant/cut.jpg", Images.Encoded(4, 4, 900, SKEncodedImageFormat.Jpeg)[..^2]);

        using var splits = _data.Load(Folder);

        Assert.Equal((41, 1, 0), (splits.Train.Count + splits.Select.Count, splits.Health.WithoutEnd, splits.Health.Unreadable));
        Assert.Contains(splits.Health.Diagnostics, d => d.Code == DataDiagnostics.EndMissing && d.Message.Contains("train/ant/cut.jpg", StringComparison.Ordinal));
    }

    [Fact]
    public void Shapes_that_are_in_the_transparency_alone_are_an_error_that_names_the_background()
    {
        WriteShapes();

        var error = _data.Error(Folder);

        Assert.Equal(DataDiagnostics.AllEqual, error.Code);
        Assert.Contains("dataset.background", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("validation", error.Message, StringComparison.Ordinal);
        Assert.Contains("white", _data.Error(Folder with { Background = Background.Black }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void On_white_they_are_different_and_the_fingerprint_says_so()
    {
        WriteShapes();
        using var splits = _data.Load(Folder with { Background = Background.White });

        Assert.Equal((40, Background.White, 0), (splits.Health.Transparent, splits.Health.Background, splits.Health.Constant));
        Assert.DoesNotContain(splits.Health.Diagnostics, d => d.Code == DataDiagnostics.TransparencyDropped);
    }

    [Fact]
    public void Transparency_that_is_dropped_is_told_and_a_background_is_part_of_the_fingerprint()
    {
        WriteSound(40);
        _data.Write("train/ant/clear.png", Clear(7));
        using var dropped = _data.Load(Folder);
        using var black = _data.Load(Folder with { Background = Background.Black });
        using var again = _data.Load(Folder);

        Assert.Contains(dropped.Health.Diagnostics, d => d.Code == DataDiagnostics.TransparencyDropped && d.Message.StartsWith("1 images", StringComparison.Ordinal));
        Assert.Equal(1, dropped.Health.Transparent);
        Assert.NotEqual(dropped.Fingerprint, black.Fingerprint);
        Assert.Equal(dropped.Fingerprint, again.Fingerprint);
    }

    [Fact]
    public void Images_of_one_colour_are_a_finding_and_equal_ones_an_error_that_says_what_is_wrong()
    {
        WriteSound(40);
        _data.Write("train/ant/black.png", Plain(0));
        using (var splits = _data.Load(Folder))
        {
            Assert.Equal(1, splits.Health.Constant);
            Assert.Contains(splits.Health.Diagnostics, d => d.Code == DataDiagnostics.ConstantImages && d.Message.Contains("train/ant/black.png", StringComparison.Ordinal));
        }

        Directory.Delete(_data.Path("train"), recursive: true);
        for (var i = 0; i < 20; i++)
        {
            _data.Write($"train/{(i % 2 == 0 ? "ant" : "bee")}/{i}.png", Plain(0));
        }

        var error = _data.Error(Folder);
        Assert.Equal((DataDiagnostics.AllEqual, true), (error.Code, error.Message.Contains("of a single colour", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_few_images_copied_many_times_are_told_as_that_where_no_share_can_be_held_out()
    {
        for (var i = 0; i < 20; i++)
        {
            _data.Write($"train/{(i % 2 == 0 ? "ant" : "bee")}/{i}.png", Plain((byte)(i % 2 == 0 ? 10 : 200)));
        }

        var error = _data.Error(Folder with { Validation = new ShareOrName(0.1, null) });

        Assert.Equal(DataDiagnostics.SplitEmpty, error.Code);
        Assert.Contains("copies of only 2 different ones", error.Message, StringComparison.Ordinal);
    }

    private void WriteSound(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _data.Write($"train/{(i % 2 == 0 ? "ant" : "bee")}/{i}.png", Images.Encoded(4, 4, i));
        }
    }

    private void WriteUnreadable()
    {
        _data.Write("train/ant/a-html.jpg", "<html>");
        _data.Write("train/ant/z-empty.png", "");
        _data.Write("train/bee/10-cut.jpg", SampleFiles.Read("progressive.jpg")[..900]);
        _data.Write("train/bee/zip.png", "PK\u0003\u0004\u0014"u8.ToArray());
    }

    private void WriteShapes()
    {
        for (var i = 0; i < 40; i++)
        {
            _data.Write($"train/{(i % 2 == 0 ? "ant" : "bee")}/{i}.png", Clear(i));
        }
    }

    /// <summary>Black on transparent black: a column that differs from image to image.</summary>
    private static byte[] Clear(int seed)
    {
        using var bitmap = new SKBitmap(4, 4, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        for (var i = 0; i < 16; i++)
        {
            bitmap.SetPixel(i % 4, i / 4, new SKColor(0, 0, 0, (byte)(i < 6 && (seed >> i & 1) == 1 ? 255 : i == 15 ? 128 : 0)));
        }

        return SampleFiles.Encode(bitmap, SKEncodedImageFormat.Png);
    }

    private static byte[] Plain(byte grey)
    {
        using var bitmap = new SKBitmap(4, 4, SKColorType.Rgba8888, SKAlphaType.Opaque);
        bitmap.Erase(new SKColor(grey, grey, grey));
        return SampleFiles.Encode(bitmap, SKEncodedImageFormat.Png);
    }
}
