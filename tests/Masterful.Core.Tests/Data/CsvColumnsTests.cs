using System.Text;
using Masterful.Core.Data;
using Masterful.Core.Spec;
using Masterful.Core.Spec.ImageLists;
using Xunit;

namespace Masterful.Core.Tests.Data;

/// <summary>Lists of images as other programs write them: which column is which, or a refusal that names the columns.</summary>
public sealed class CsvColumnsTests : IDisposable
{
    private static readonly ImageShape Shape = new(8, 8, 3);
    private readonly TestData _data = new();

    public CsvColumnsTests()
    {
        foreach (var (index, name) in new[] { "a.png", "b.png", "c.png", "d.png", "sub/e.png", "sub/f.png" }.Index())
        {
            _data.Write(name, Images.Encoded(8, 8, index + 1));
        }
    }

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("path,category")]
    [InlineData("filename,label")]
    [InlineData("filenames,cats")]
    [InlineData("image,category")]
    [InlineData("image_id,class")]
    [InlineData("Image ID,Class Name")]
    [InlineData("file,target")]
    [InlineData("img,label")]
    [InlineData("IMG_PATH,Labels")]
    [InlineData("file_name,cat")]
    [InlineData("image,species")]
    [InlineData("id,label")]
    [InlineData("foto,label")]
    [InlineData("path;category")]
    [InlineData("path\tcategory")]
    [InlineData("path|category")]
    [InlineData("sep=;\npath;category")]
    [InlineData("")]
    public void The_columns_are_recognised_by_their_names_and_content(string header)
    {
        var delimiter = header.FirstOrDefault(c => c is ';' or '\t' or '|', ',');
        var lines = new[] { "a.png,cat", "b.png,dog", "c.png,cat" }.Select(l => l.Replace(',', delimiter));

        Assert.Equal([("a.png", "cat"), ("b.png", "dog"), ("c.png", "cat")], Read(string.Join('\n', new[] { header }.Where(h => h.Length > 0).Concat(lines))));
    }

    [Theory]
    [InlineData("id,width,label,path\n1,8,cat,a.png\n2,8,dog,b.png\n")]
    [InlineData(",path,label\n0,a.png,cat\n1,b.png,dog\n")]
    [InlineData("label,image_id\ncat,a.png\ndog,b.png\n")]
    [InlineData("path,is_valid,label\na.png,0,cat\nb.png,1,dog\n")]
    [InlineData("img,cat,dog\na.png,1,0\nb.png,0,1\n")]
    [InlineData("img;cat;dog\na.png;1.0;0.0\nb.png;0.0;1.0\n")]
    [InlineData("image_id,cat,dog,cow\na,True,False,False\nb,False,True,False\n")]
    [InlineData("cat,a.png\ndog,b.png\n")]
    [InlineData("id,breed\na,cat\nb,dog\n")]
    [InlineData("a,cat\nb,dog\n")]
    [InlineData("path,label\n.\\a.png,cat\n./b.png,dog\n")]
    [InlineData("path,label\n\"a.png\" , \"cat\"\nb.png, \"dog\"\n")]
    [InlineData("path,label\na.png, cat \nb.png,\"dog \"\n")]
    [InlineData("path,label,\na.png,cat,\nb.png,dog,\n")]
    [InlineData("path,label\r\na.png,cat\r\nb.png,dog\r\n,\r\n")]
    [InlineData("path,label\ra.png,cat\rb.png,dog\r")]
    [InlineData("path;label\na.png;cat\nb.png;dog")]
    [InlineData("a.png cat\nb.png dog\n")]
    [InlineData("image   label\n./a.png   cat\nb.png     dog\n")]
    public void Two_images_are_read_with_their_labels_however_they_are_listed(string csv) =>
        Assert.Equal([("a.png", "cat"), ("b.png", "dog")], Read(csv));

    [Fact]
    public void Text_of_any_unicode_form_is_read()
    {
        const string Csv = "path,label\na.png,châtaigne\nb.png,dog\n";
        foreach (var encoding in new Encoding[] { new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32, new UnicodeEncoding(false, false), new UnicodeEncoding(true, false) })
        {
            Assert.Equal([("a.png", "châtaigne"), ("b.png", "dog")], Read([.. encoding.GetPreamble(), .. encoding.GetBytes(Csv)]));
        }
    }

    [Fact]
    public void Backslashes_an_absolute_path_below_the_root_and_a_line_end_in_quotes_are_paths_and_labels()
    {
        var csv = $"path,label\nsub\\e.png,cat\n{_data.Path("sub/f.png")},\"big\ndog\"\n";

        Assert.Equal([("sub/e.png", "cat"), ("sub/f.png", "big\ndog")], Read(csv));
    }

    [Fact]
    public void Files_of_one_split_may_have_different_headers()
    {
        _data.Write("one.csv", "path,label\na.png,cat\nb.png,dog\n");
        _data.Write("two.csv", "category;file\ncat;c.png\ndog;d.png\n");

        using var splits = _data.Load(Spec("one.csv", "two.csv"), Shape);

        Assert.Equal(4, splits.Train.Count);
        Assert.Equal(["cat", "dog", "cat", "dog"], splits.Train.Labels.Select(l => splits.Classes[l]));
        Assert.Null(splits.Unlabeled);
    }

    [Theory]
    [InlineData("image,animal\na.png,cat\nb.png,dog\n", "'image', 'animal'", "{ path: image, label: animal }")]
    [InlineData("path,label,class\na.png,cat,1\nb.png,dog,2\n", "More than one column may be the label ('label', 'class')", "label: label")]
    [InlineData("foo,bar\nx1,cat\nx2,dog\n", "'foo', 'bar'", "dataset.columns")]
    [InlineData("1,a.png,cat\n2,b.png,dog\n", "3 columns and no header", "path: '2'")]
    [InlineData("before,after,label\na.png,b.png,cat\nc.png,d.png,dog\n", "More than one column may name the images ('before', 'after')", "path: before")]
    [InlineData("path,cat,dog\na.png,0.7,0.3\nb.png,0.1,0.9\n", "'path', 'cat', 'dog'", "dataset.columns")]
    public void What_is_not_recognised_is_refused_with_its_columns_and_the_remedy(string csv, string columns, string remedy)
    {
        var error = _data.Error(Csv(csv), Shape);

        Assert.Equal((ImageListDiagnostics.ColumnsUnknown, 1), (error.Code, error.Position!.Value.Line));
        Assert.Contains(columns, error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("path\na.png\nb.png\n")]
    [InlineData("a.png\nb.png\n")]
    [InlineData("filename\r\na.png\r\n")]
    public void A_file_of_a_labelled_split_without_labels_is_refused_and_read_as_unlabeled(string list)
    {
        _data.Write("labelled.csv", "path,label\nc.png,cat\nd.png,dog\n");
        _data.Write("alone.csv", list);

        var error = _data.Error(Spec("labelled.csv", "alone.csv"), Shape);
        Assert.Equal((ImageListDiagnostics.NoLabelColumn, _data.Path("alone.csv")), (error.Code, error.Position!.Value.File));

        var spec = Spec("labelled.csv");
        using var splits = _data.Load(spec with { Splits = spec.Splits with { Unlabeled = ["alone.csv"] } }, Shape);
        Assert.Equal(list.Split('\n').Count(l => l.Contains(".png", StringComparison.Ordinal)), splits.Unlabeled!.Count);
    }

    [Theory]
    [InlineData("photo,kind,note\na.png,cat,x\nb.png,dog,y\n", "PHOTO", "note,x,y")]
    [InlineData("1,cat,a.png\n2,dog,b.png\n", "3", "2,cat,dog")]
    [InlineData("id,breed\ne,cat\nf,dog\n", "sub/{id}.png", "breed,cat,dog")]
    [InlineData("e,cat\nf,dog\n", "sub/{1}.png", "2,cat,dog")]
    [InlineData("dir,n,label\nsub,e,cat\nsub,f,dog\n", "{dir}/{n}.png", "label,cat,dog")]
    public void The_spec_says_which_column_is_which(string csv, string path, string label)
    {
        var parts = label.Split(',');
        var read = Read(csv, new ColumnsSpec(path, [parts[0]]));

        Assert.Equal(parts[1..], read.Select(r => r.Label));
    }

    [Fact]
    public void The_spec_says_which_columns_are_one_hot_classes() => Assert.Equal(
        [("a.png", "cat"), ("b.png", "dog")],
        Read("img,seen,cat,dog\na.png,1,1,0\nb.png,1,0,1\n", new ColumnsSpec(null, ["cat", "dog"])));

    [Theory]
    [InlineData("path,category\na.png,cat\n", "path", "categry", "did you mean 'category'")]
    [InlineData("path,category\na.png,cat\n", "pth", "category", "'path', 'category'")]
    [InlineData("path,category\na.png,cat\n", "x/{nr}.png", "category", "names 'nr'")]
    [InlineData("path,category\na.png,cat\n", "path", "3", "names '3'")]
    [InlineData("a.png,cat\nb.png,dog\n", "path", "2", "has no header; give the number of a column, 1 to 2")]
    public void A_column_that_a_file_does_not_have_is_refused_with_those_that_it_has(string csv, string path, string label, string told)
    {
        var error = _data.Error(Csv(csv) with { Columns = new ColumnsSpec(path, [label]) }, Shape);

        Assert.Equal(ImageListDiagnostics.ColumnsUnknown, error.Code);
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("path,label\na.png,cat, small\nb.png,dog\n", 2, "3 fields, but the header has 2")]
    [InlineData("img,cat,dog\na.png,1,0\nb.png,1,1\n", 3, "marks 'cat' and 'dog'")]
    [InlineData("img,cat,dog\na.png,1,0\nb.png,0,0\n", 3, "marks none")]
    public void A_line_that_does_not_fit_is_told_with_its_number(string csv, int line, string told)
    {
        var error = _data.Error(Csv(csv), Shape);

        Assert.Equal((ImageListDiagnostics.LineMisfit, line), (error.Code, error.Position!.Value.Line));
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_in_another_folder_are_told_with_the_pattern_that_finds_them()
    {
        var error = _data.Errors(Csv("id,breed\ne,cat\nf,dog\n"), Shape)[0];

        Assert.Equal((DataDiagnostics.ImageNotFound, 2), (error.Code, error.Position!.Value.Line));
        Assert.Contains("But sub/e.png does: add dataset.columns: { path: 'sub/{id}.png' }", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("C:\\photos\\a.png", "leads out")]
    [InlineData("\\\\server\\photos\\a.png", "leads out")]
    [InlineData("..\\outside.png", "leads out")]
    [InlineData("/etc/hostname.png", "leads out")]
    [InlineData("https://example.org/a.png", "is an address")]
    public void A_path_of_elsewhere_is_refused(string path, string told)
    {
        var error = _data.Error(Csv($"path,label\na.png,cat\n{path},dog\n"), Shape);

        Assert.Equal((DataDiagnostics.PathOutsideRoot, 3), (error.Code, error.Position!.Value.Line));
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/sub/e.png", "sub/e.png")]
    [InlineData("/home/someone/data/sub/e.png", "sub/e.png")]
    [InlineData("C:\\data\\sub\\e.png", "sub/e.png")]
    [InlineData("data/sub/e.png", "sub/e.png")]
    [InlineData("sub/E.PNG", "sub/e.png")]
    public void Of_a_path_that_leads_nowhere_the_part_that_does_exist_is_told(string path, string meant)
    {
        var error = _data.Error(Csv($"path,label\na.png,cat\n{path},dog\n"), Shape);

        Assert.Equal(3, error.Position!.Value.Line);
        Assert.Contains($"But {meant} does exist below the root", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rust", "scab", "rust scab")]
    [InlineData("rust", "scab", "\"scab, rust\"")]
    [InlineData("rust", "scab", "rust|scab")]
    public void Several_labels_in_one_cell_are_told(string one, string two, string both)
    {
        using var splits = _data.Load(Csv($"path,label\na.png,{one}\nb.png,{two}\nc.png,{both}\nd.png,rusty nail\n"), Shape);

        Assert.Contains($"such as '{both.Trim('"')}'", splits.Health.Diagnostics.First(d => d.Code == ImageListDiagnostics.LabelDoubtful).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_without_extension_that_two_files_have_is_refused_with_both()
    {
        _data.Write("a.jpg", Images.Encoded(8, 8, 77, SkiaSharp.SKEncodedImageFormat.Jpeg));

        var error = _data.Error(Csv("id,label\na,cat\nb,dog\n"), Shape);

        Assert.Contains("may be a.png or a.jpg", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PK\u0003\u0004 and more", "Excel workbook")]
    [InlineData("version https://git-lfs.github.com/spec/v1\n", "git lfs pull")]
    [InlineData("", "is empty")]
    [InlineData("\n\n", "is empty")]
    [InlineData("path,label\n", "no line below")]
    public void What_is_no_list_is_told_as_what_it_is(string content, string told)
    {
        var error = _data.Error(Csv(content), Shape);

        Assert.Equal(ImageListDiagnostics.NotReadable, error.Code);
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_of_an_old_code_page_is_told_with_its_line()
    {
        var error = _data.Error(Csv([.. "path,label\na.png,cat\nb.png,ch"u8, 0xE2, .. "taigne\n"u8]), Shape);

        Assert.Equal((ImageListDiagnostics.NotReadable, 3), (error.Code, error.Position!.Value.Line));
    }

    [Theory]
    [InlineData("path,label\na.png,cat\nb.png,dog\nc.png,\n")]
    [InlineData("path,label\na.png,cat\nb.png,dog\nc.png\n")]
    [InlineData("a.png,cat\nb.png,dog\nc.png,\" \"\n")]
    [InlineData("img,cat,dog\na.png,1,0\nb.png,0,1\nc.png,,\n")]
    public void Images_without_a_label_are_unlabeled_and_told(string csv)
    {
        _data.Write("select.csv", "path,label\na.png,cat\nb.png,dog\n");

        using var splits = _data.Load(Csv(csv) with { Validation = new ShareOrName(null, "select.csv") }, Shape);

        Assert.Equal((2, 1, 1), (splits.Train.Count, splits.Unlabeled!.Count, splits.Health.WithoutLabel));
        var told = Assert.Single(splits.Health.Diagnostics, d => d.Code == ImageListDiagnostics.WithoutLabel);
        Assert.StartsWith("1 of 3 images of split 'train' have no label, such as c.png", told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("None")]
    [InlineData("NaN")]
    [InlineData("N/A")]
    [InlineData("null")]
    public void A_label_that_may_mean_none_is_refused_until_the_spec_names_it(string label)
    {
        var spec = Csv($"path,label\na.png,cat\nb.png,{label}\nc.png,{label}\n");

        var error = _data.Errors(spec, Shape)[0];
        Assert.Equal((ImageListDiagnostics.LabelDoubtful, 3), (error.Code, error.Position!.Value.Line));
        Assert.Contains($"'{label}' (2 lines", error.Message, StringComparison.Ordinal);

        using var splits = _data.Load(spec with { Classes = ["cat", label] }, Shape);
        Assert.Equal(3, splits.Train.Count);
    }

    [Theory]
    [InlineData("1", "1.0")]
    [InlineData("1", "01")]
    [InlineData("2.50", "2.5")]
    public void One_label_written_in_two_ways_is_not_two_classes(string one, string other)
    {
        _data.Write("select.csv", $"path,label\na.png,{other}\nb.png,7\n");

        var errors = _data.Errors(Csv($"path,label\na.png,{one}\nb.png,7\n") with { Validation = new ShareOrName(null, "select.csv") }, Shape);

        Assert.Contains(errors, e => e.Code == DataDiagnostics.NamesAlike && e.Message.Contains($"'{one}'", StringComparison.Ordinal));
    }

    [Fact]
    public void Decimal_labels_are_in_the_order_of_numbers()
    {
        using var splits = _data.Load(Csv("path,label\na.png,10.0\nb.png,9.5\nc.png,2.0\n"), Shape);

        Assert.Equal(["2.0", "9.5", "10.0"], splits.Classes);
    }

    [Theory]
    [InlineData("path,label\na.png,cat\nb.png,dog\na.png,cat\n./a.png,cat\n", 2)]
    [InlineData("id,label\na.png,cat\nb.png,dog\na,cat\n", 1)]
    public void An_image_that_is_listed_again_is_taken_once_and_told(string csv, int again)
    {
        using var splits = _data.Load(Csv(csv), Shape);

        Assert.Equal(2, splits.Train.Count);
        var told = splits.Health.Diagnostics.First(d => d.Code == ImageListDiagnostics.LinesRepeated);
        Assert.Equal(4, told.Position!.Value.Line);
        Assert.StartsWith($"{again} lines of split 'train'", told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("path,label\na.png,cat\nb.png,dog\na.png,dog\n")]
    [InlineData("path,label\na.png,cat\nb.png,dog\n.\\a.png,dog\n")]
    [InlineData("path,label\na.png,dog\nb.png,dog\na.png,\n")]
    public void An_image_with_two_labels_is_refused_with_both_lines(string csv)
    {
        var error = _data.Errors(Csv(csv), Shape)[0];

        Assert.Equal((ImageListDiagnostics.LabelsContradict, 4), (error.Code, error.Position!.Value.Line));
        Assert.Contains("in line 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_of_splits_is_not_passed_over_without_a_word()
    {
        using var splits = _data.Load(Csv("path,label,split\na.png,cat,train\nb.png,dog,test\n"), Shape);

        Assert.Contains("'split' is not read", splits.Health.Diagnostics.First(d => d.Code == ImageListDiagnostics.SplitColumn).Message, StringComparison.Ordinal);
    }

    private List<(string Path, string Label)> Read(string csv, ColumnsSpec? columns = null) => Read(Encoding.UTF8.GetBytes(csv), columns);

    /// <summary>The images with their labels, those without one last.</summary>
    private List<(string Path, string Label)> Read(byte[] csv, ColumnsSpec? columns = null)
    {
        using var splits = _data.Load(Csv(csv) with { Columns = columns ?? new ColumnsSpec() }, Shape);
        return
        [
            .. Enumerable.Range(0, splits.Train.Count).Select(i => (splits.Train.Describe(i), splits.Classes[splits.Train.Labels[i]])),
            .. Enumerable.Range(0, splits.Unlabeled?.Count ?? 0).Select(i => (splits.Unlabeled!.Describe(i), "")),
        ];
    }

    private DatasetSpec Csv(string content) => Csv(Encoding.UTF8.GetBytes(content));

    private DatasetSpec Csv(byte[] content)
    {
        _data.Write("train.csv", content);
        return Spec("train.csv");
    }

    /// <summary>All of the list trains; the same list chooses the policy, so that two images are enough.</summary>
    private DatasetSpec Spec(params string[] train) => _data.Spec(DatasetFormat.Csv, train[0]) with
    {
        Splits = new SplitsSpec { Train = train },
        Validation = new ShareOrName(null, train[0]),
    };
}
