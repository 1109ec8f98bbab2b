using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Spec;

/// <summary>Each rule of the spec, tried with a value that breaks it.</summary>
public sealed class SpecRulesTests : IDisposable
{
    private readonly SpecFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The valid spec takes lines 1 to 7; what is given begins in line 8.</summary>
    [Theory]
    [InlineData("trainig: {}", "8,1 MST0005 'trainig' is not a key of a spec; did you mean 'training'?")]
    [InlineData("quantum: {}", "8,1 MST0005 'quantum' is not a key of a spec.")]
    [InlineData("training: { epoch: 3 }", "8,13 MST0005 'epoch' is not a key of 'training'; did you mean 'epochs'?")]
    [InlineData("training: { batchSize: 3 }", "8,13 MST0005 'batchSize' is not a key of 'training'; did you mean 'batch_size'?")]
    [InlineData("training: [1]", "8,11 MST0008 'training' is a list, but must be a section with keys such as task, epochs, batch_size.")]
    [InlineData("training: 3", "8,11 MST0008 'training' is '3', but must be a section with keys such as task, epochs, batch_size.")]
    [InlineData("training: { epochs: 3, epochs: 4 }", "8,24 MST0007 'epochs' stands twice in this section (first in line 8); remove one.")]
    [InlineData("training: { epochs: 0 }", "8,21 MST0009 'training.epochs' is '0', but must be a whole number from 1 to 10000.")]
    [InlineData("training: { epochs: 99999999999999999999 }", "8,21 MST0009 'training.epochs' is '99999999999999999999', but must be a whole number from 1 to 10000.")]
    [InlineData("training: { epochs: 3.5 }", "8,21 MST0008 'training.epochs' is '3.5', but must be a whole number from 1 to 10000.")]
    [InlineData("training: { epochs: '3' }", "8,21 MST0008 'training.epochs' is '3', but must be a whole number from 1 to 10000.")]
    [InlineData("training: { epochs: }", "8,21 MST0008 'training.epochs' is empty, but must be a whole number from 1 to 10000.")]
    [InlineData("training: { epochs: [3] }", "8,21 MST0008 'training.epochs' is a list, but must be a whole number from 1 to 10000.")]
    [InlineData("training: { task: detection }", "8,19 MST0010 'training.task' is 'detection', but must be 'classification'.")]
    [InlineData("training: { batch_size: atuo }", "8,25 MST0008 'training.batch_size' is 'atuo', but must be auto or a whole number from 1 to 65536; did you mean 'auto'?")]
    [InlineData("training: { learning_rate: 0 }", "8,28 MST0009 'training.learning_rate' is '0', but must be auto or a number above 0 and up to 100.")]
    [InlineData("training: { learning_rate: .nan }", "8,28 MST0008 'training.learning_rate' is '.nan', but must be auto or a number above 0 and up to 100.")]
    [InlineData("training: { learning_rate: 1e999 }", "8,28 MST0008 'training.learning_rate' is '1e999', but must be auto or a number above 0 and up to 100.")]
    [InlineData("training: { optimizer: sdg }", "8,24 MST0010 'training.optimizer' is 'sdg', but must be one of sgd, adamw, lamb; did you mean 'sgd'?")]
    [InlineData("training: { weight_decay: -1 }", "8,27 MST0009 'training.weight_decay' is '-1', but must be a number from 0 to 1.")]
    [InlineData("training: { precision: fp16 }", "8,24 MST0010 'training.precision' is 'fp16', but must be one of auto, fp32, bf16.")]
    [InlineData("training: { seeds: 0 }", "8,20 MST0009 'training.seeds' is '0', but must be a whole number from 1 to 100.")]
    [InlineData("training: { seed: -1 }", "8,19 MST0009 'training.seed' is '-1', but must be a whole number from 0 to 2147483647.")]
    [InlineData("policy: { mode: lock }", "8,17 MST0010 'policy.mode' is 'lock', but must be one of auto, search, locked; did you mean 'locked'?")]
    [InlineData("policy: { techniques: rotate }", "8,23 MST0008 'policy.techniques' is 'rotate', but must be all, a list of technique names, or { exclude: [names] }.")]
    [InlineData("policy: { techniques: [mixupp] }", "8,24 MST0010 'policy.techniques.0' is 'mixupp'")]
    [InlineData("policy: { techniques: { exclude: [mirror] } }", "8,35 MST0010 'policy.techniques.exclude.0' is 'mirror'")]
    [InlineData("policy: { techniques: { exclude: [hsv], only: [blur] } }", "8,41 MST0005 'only' is not a key of 'policy.techniques'.")]
    [InlineData("policy: { techniques: [] }", "8,23 MST0009 'policy.techniques' has 0 items, but must be a list of technique names.")]
    [InlineData("policy: { techniques: [hsv, synthetic] }", "8,11 MST0013 technique 'synthetic' needs images: name them in 'dataset.splits.synthetic'.")]
    [InlineData("policy: { budget: { time: 45 } }", "8,27 MST0008 'policy.budget.time' is '45', but must be none or a duration such as 90s, 45m or 1h30m, over 0 and up to 30 days.")]
    [InlineData("policy: { budget: { time: 30m1h } }", "8,27 MST0008 'policy.budget.time' is '30m1h'")]
    [InlineData("policy: { budget: { time: 0s } }", "8,27 MST0009 'policy.budget.time' is '0s'")]
    [InlineData("policy: { budget: { time: 31d } }", "8,27 MST0009 'policy.budget.time' is '31d'")]
    [InlineData("policy: { budget: { ratio: 0 } }", "8,28 MST0009 'policy.budget.ratio' is '0', but must be none or a number above 0 and up to 1000.")]
    [InlineData("policy: { budget: { trials: 0 } }", "8,29 MST0009 'policy.budget.trials' is '0'")]
    [InlineData("evaluation: { split: train }", "8,22 MST0010 'evaluation.split' is 'train', but must be one of test, select.")]
    [InlineData("evaluation: { confidence: 95 }", "8,27 MST0009 'evaluation.confidence' is '95', but must be a number from 0.5 to 0.999.")]
    [InlineData("gate: { error_rate_reduction: 10 }", "8,31 MST0009 'gate.error_rate_reduction' is '10', but must be none or a share from 0 to 1, such as 10%, 2 points or 0.1.")]
    [InlineData("gate: { error_rate_reduction: 110% }", "8,31 MST0009 'gate.error_rate_reduction' is '110%'")]
    [InlineData("gate: { error_rate_reduction: -5% }", "8,31 MST0009 'gate.error_rate_reduction' is '-5%'")]
    [InlineData("gate: { error_rate_reduction: 10 percent }", "8,31 MST0008 'gate.error_rate_reduction' is '10 percent'")]
    [InlineData("gate: { max_error_rate: '%' }", "8,25 MST0008 'gate.max_error_rate' is '%'")]
    [InlineData("gate: { max_class_recall_drop: 2 pints }", "8,32 MST0008 'gate.max_class_recall_drop' is '2 pints'")]
    [InlineData("gate: { on_inconclusive: ignore }", "8,26 MST0010 'gate.on_inconclusive' is 'ignore', but must be one of fail, warn.")]
    [InlineData("report: { html: yes }", "8,17 MST0008 'report.html' is 'yes', but must be true or false.")]
    [InlineData("output: { formats: [onnx] }", "8,21 MST0010 'output.formats.0' is 'onnx', but must be 'safetensors'.")]
    [InlineData("output: { formats: [] }", "8,20 MST0009 'output.formats' has 0 items")]
    [InlineData("output: { path: masterful-report }", "8,11 MST0013 the report and the model would go to the same folder; give each its own.")]
    [InlineData("runtime: { device: gpu }", "8,20 MST0009 'runtime.device' is 'gpu', but must be auto, cpu, cuda or cuda:N.")]
    [InlineData("runtime: { device: \"cuda:x\" }", "8,20 MST0009 'runtime.device' is 'cuda:x'")]
    [InlineData("runtime: { workers: 0 }", "8,21 MST0009 'runtime.workers' is '0'")]
    [InlineData("runtime: { threads: 0 }", "8,21 MST0009 'runtime.threads' is '0'")]
    [InlineData("runtime: { cache: \"a\\0b\" }", "8,19 MST0009 'runtime.cache' is")]
    public void A_wrong_value_is_told_with_its_place(string lines, string error) =>
        Assert.StartsWith(error, Assert.Single(_folder.Errors(SpecFolder.Valid + lines)), StringComparison.Ordinal);

    [Theory]
    [InlineData("format: svhn", "format: shvn", "3,11 MST0010 'dataset.format' is 'shvn'")]
    [InlineData("format: svhn", "name: x", "3,3 MST0006 'dataset.format' is missing; it must be one of svhn, idx, cifar10, cifar100, folder, csv, custom.")]
    [InlineData("format: svhn", "format: custom", "3,3 MST0006 'dataset.type' is missing; format custom needs the full name of an IImageSource.", true)]
    [InlineData("format: svhn", "format: folder", "5,13 MST0011 'train.mat' is a file, but format folder reads folders.", true)]
    [InlineData("format: svhn", "format: svhn\n  type: A.B", "4,3 MST0013 'dataset.type' is for format custom only; remove it or set format: custom.")]
    [InlineData("format: svhn", "format: svhn\n  label_map: { a: b }", "4,3 MST0013 'dataset.label_map' is for format csv only")]
    [InlineData("format: svhn", "format: svhn\n  columns: { label: a }", "4,3 MST0013 'dataset.columns' is for format csv only")]
    [InlineData("format: svhn", "format: csv\n  columns: { lable: a }", "4,14 MST0005 'lable' is not a key of 'dataset.columns'; did you mean 'label'?", true)]
    [InlineData("format: svhn", "format: csv\n  columns: { label: [] }", "4,21 MST0009 'dataset.columns.label' has 0 items", true)]
    [InlineData("format: svhn", "format: svhn\n  label_map: [a]", "4,14 MST0008 'dataset.label_map' is a list, but must be a section that gives each label of the file a class name.", true)]
    [InlineData("format: svhn", "format: svhn\n  classes: [a]", "4,12 MST0009 'dataset.classes' has 1 items, but must be a list of at least two names.")]
    [InlineData("format: svhn", "format: svhn\n  classes: [a, b, a]", "4,3 MST0013 'dataset.classes' has a name twice; each class needs a name of its own.")]
    [InlineData("format: svhn", "format: svhn\n  background: readme.md", "4,15 MST0010 'dataset.background' is 'readme.md', but must be one of none, white, black (what transparent images are put on).")]
    [InlineData("format: svhn", "format: svhn\n  background: whit", "4,15 MST0010 'dataset.background' is 'whit', but must be one of none, white, black (what transparent images are put on); did you mean 'white'?")]
    [InlineData("format: svhn", "format: svhn\n  link: readme.md", "4,9 MST0009 'dataset.link' is 'readme.md', but must be an http or https address.")]
    [InlineData("format: svhn", "format: svhn\n  link: http://a.org\n  background: http://b.org", "5,3 MST0013 'dataset.background' and 'dataset.link' both hold an address; keep dataset.link.")]
    [InlineData("format: svhn", "format: svhn\n  on_unreadable: ignore", "4,18 MST0010 'dataset.on_unreadable' is 'ignore', but must be one of fail, skip.")]
    [InlineData("format: svhn", "format: svhn\n  validation: 0", "4,15 MST0009 'dataset.validation' is '0', but must be a share between 0 and 1")]
    [InlineData("format: svhn", "format: svhn\n  validation: 100%", "4,15 MST0009 'dataset.validation' is '100%'")]
    [InlineData("format: svhn", "format: svhn\n  validation: val.mat", "4,3 MST0011 'val.mat' was not found in dataset.root ('data').")]
    [InlineData("format: svhn", "format: svhn\n  validation: train.mat", "4,3 MST0013 'train.mat' trains as well")]
    [InlineData("format: svhn", "format: svhn\n  limit: { train: 0 }", "4,19 MST0009 'dataset.limit.train' is '0'")]
    [InlineData("format: svhn", "format: svhn\n  limit: { tran: 10 }", "4,12 MST0005 'tran' is not a key of 'dataset.limit'; did you mean 'train'?")]
    [InlineData("format: svhn", "format: svhn\n  limit: { unlabeled: 10 }", "4,12 MST0013 'dataset.limit.unlabeled' caps a split that 'dataset.splits' does not have.")]
    [InlineData("format: svhn", "format: svhn\n  sources: { url: x }", "4,12 MST0008 'dataset.sources' is a section, but must be a list of { url, sha256, to }.")]
    [InlineData("root: data", "root: dta", "4,3 MST0011 the folder 'dta' was not found; it is relative to the spec's folder.")]
    [InlineData("root: data", "root: ''", "4,9 MST0008 'dataset.root' is '', but must be the path of a folder.")]
    [InlineData("test: test.mat", "test: tset.mat", "5,31 MST0011 'tset.mat' was not found in dataset.root ('data'); did you mean 'test.mat'?")]
    [InlineData("test: test.mat", "test: [test.mat, gone.bin]", "5,48 MST0011 'gone.bin' was not found in dataset.root ('data').")]
    [InlineData("test: test.mat", "test: train.mat", "5,31 MST0013 'train.mat' trains as well")]
    [InlineData("test: test.mat", "test: ../masterful.yaml", "5,31 MST0014 '../masterful.yaml' must be a relative path that stays inside dataset.root.")]
    [InlineData("test: test.mat", "test: /etc/passwd", "5,31 MST0014 '/etc/passwd' must be a relative path")]
    [InlineData("test: test.mat", "test: 120%", "5,37 MST0009 'dataset.splits.test' is '120%', but must be a share between 0 and 1, such as 10% or 0.1.")]
    [InlineData("test: test.mat", "unlabeled: []", "5,3 MST0006 'dataset.splits.test' is missing; name the test files")]
    [InlineData("train: train.mat", "train: []", "5,20 MST0009 'dataset.splits.train' has 0 items, but must be a file or folder below dataset.root, or a list of them.")]
    [InlineData("train: train.mat, ", "", "5,11 MST0006 'dataset.splits.train' is missing")]
    [InlineData("splits: { train: train.mat, test: test.mat }", "splits: train.mat", "5,11 MST0008 'dataset.splits' is 'train.mat'")]
    [InlineData("architecture: small-cnn", "architecture: resnet19", "7,17 MST0010 'model.architecture' is 'resnet19', but must be one of small-cnn, efficientnet-b0")]
    [InlineData("architecture: small-cnn", "input_shape: [32, 32, 3]", "6,1 MST0006 'model' needs an architecture, or an assembly and a type in it, or a torchscript file.")]
    [InlineData("architecture: small-cnn", "architecture: small-cnn\n  torchscript: data/train.mat", "8,3 MST0013 'model.architecture' and 'model.torchscript' exclude each other")]
    [InlineData("architecture: small-cnn", "architecture: small-cnn\n  assembly: data/train.mat", "8,3 MST0013 'model.architecture' and 'model.assembly' exclude each other")]
    [InlineData("architecture: small-cnn", "assembly: data/train.mat", "6,1 MST0006 'model.type' is missing")]
    [InlineData("architecture: small-cnn", "type: A.B", "6,1 MST0006 'model.assembly' is missing")]
    [InlineData("architecture: small-cnn", "assembly: gone.dll\n  type: A.B", "7,3 MST0011 'gone.dll' was not found; build the model project first, or correct the path.")]
    [InlineData("architecture: small-cnn", "torchscript: gone.pt", "7,3 MST0011 'gone.pt' was not found; correct the path.")]
    [InlineData("architecture: small-cnn", "torchscript: data/train.mat\n  options: { a: 1 }", "8,3 MST0013 a torchscript file takes no options; remove 'model.options'.")]
    [InlineData("architecture: small-cnn", "architecture: small-cnn\n  options: { stem: cifar }", "8,14 MST0005 'stem' is not an option of small-cnn; it takes none.")]
    [InlineData("architecture: small-cnn", "architecture: resnet18\n  options: { stme: cifar }", "8,14 MST0005 'stme' is not an option of resnet18; did you mean 'stem'?")]
    [InlineData("architecture: small-cnn", "architecture: resnet18\n  options: { strides: [1] }", "8,14 MST0005 'strides' is not an option of resnet18; it takes stem.")]
    [InlineData("architecture: small-cnn", "architecture: resnet18\n  options: { stem: mnist }", "8,20 MST0009 'model.options.stem' must be one of imagenet, cifar.")]
    [InlineData("architecture: small-cnn", "architecture: efficientnet-b0\n  options: { strides: [1, 2] }", "8,23 MST0009 'model.options.strides' must be a list of 7 whole numbers from 1 to 2.")]
    [InlineData("architecture: small-cnn", "architecture: efficientnet-b0\n  options: { strides: [1, 1, 1, 1, 1, 1, 3] }", "8,23 MST0009")]
    [InlineData("architecture: small-cnn", "architecture: resnet18\n  options: { stem: { a: b } }", "8,20 MST0008 'model.options.stem' is a section, but must be a number, true, false, text, or a list of those.")]
    [InlineData("architecture: small-cnn", "architecture: small-cnn\n  input_shape: [32, 32]", "8,16 MST0008 'model.input_shape' is a list, but must be [height, width, channels], such as [32, 32, 3].")]
    [InlineData("architecture: small-cnn", "architecture: small-cnn\n  input_shape: [32, 32, 2]", "8,25 MST0010 'model.input_shape.2' is '2', but must be one of 1, 3.")]
    [InlineData("architecture: small-cnn", "architecture: small-cnn\n  input_shape: [4, 32, 3]", "8,17 MST0009 'model.input_shape.0' is '4', but must be a whole number from 8 to 1024.")]
    [InlineData("version: 1", "version: 0", "1,10 MST0009 'version' is '0', but must be 1.")]
    [InlineData("version: 1", "version: one", "1,10 MST0008 'version' is 'one', but must be 1.")]
    [InlineData("version: 1", "version: 2", "1,10 MST0015 'version' is 2, but this tool reads 1; update the tool")]
    [InlineData("version: 1\n", "", "1,1 MST0006 'version' is missing; it must be 1.")]
    public void A_wrong_key_among_the_required_is_told_with_its_place(string right, string wrong, string error, bool followUps = false)
    {
        Assert.Contains(right, SpecFolder.Valid, StringComparison.Ordinal);

        var errors = _folder.Errors(SpecFolder.Valid.Replace(right, wrong, StringComparison.Ordinal));

        Assert.Contains(errors, e => e.StartsWith(error, StringComparison.Ordinal));
        Assert.True(errors.Count == 1 || followUps, string.Join('\n', errors));
    }

    [Fact]
    public void A_newer_version_is_all_that_is_told_of_a_newer_spec() =>
        Assert.Single(_folder.Errors("version: 2\nfuture: { a: 1 }\n"), e => e.Contains("dotnet tool update masterful", StringComparison.Ordinal));

    [Theory]
    [InlineData("0.1", 0.1)]
    [InlineData("10%", 0.1)]
    [InlineData("'10 %'", 0.1)]
    [InlineData("0.5 points", 0.005)]
    [InlineData("1 point", 0.01)]
    [InlineData("0", 0.0)]
    [InlineData("100%", 1.0)]
    [InlineData("none", null)]
    public void Shares_are_read_from_each_way_of_writing_them(string written, double? share) =>
        Assert.Equal(share, _folder.Load($"{SpecFolder.Valid}gate: {{ max_error_rate: {written} }}").Spec.Gate.MaxErrorRate);

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("45m", 45 * 60)]
    [InlineData("1h30m", 90 * 60)]
    [InlineData("1d 2h", 26 * 3600)]
    [InlineData("1.5h", 90 * 60)]
    [InlineData("none", null)]
    public void Durations_are_read_from_their_units(string written, int? seconds) => Assert.Equal(
        seconds is { } s ? TimeSpan.FromSeconds(s) : null, _folder.Load($"{SpecFolder.Valid}policy: {{ budget: {{ time: {written} }} }}").Spec.Policy.Budget.Time);

    [Fact]
    public void Techniques_may_be_all_but_some() => Assert.Equal(
        TechniqueAxis.All.Select(a => a.Technique).Except([Technique.HorizontalMirror, Technique.Unlabeled]),
        _folder.Load($"{SpecFolder.Valid}policy: {{ techniques: {{ exclude: [unlabeled, horizontal_mirror] }} }}").Spec.Policy.Techniques);

    [Fact]
    public void A_section_whose_keys_are_all_commented_out_has_its_defaults() =>
        Assert.Equal(new GateSpec(), _folder.Load($"{SpecFolder.Valid}gate:\n  # max_error_rate: 5%\n").Spec.Gate);

    [Fact]
    public void Comparing_on_select_is_a_warning()
    {
        var text = SpecFolder.Valid.Replace(", test: test.mat", "", StringComparison.Ordinal) + "evaluation: { split: select }\n";

        var (spec, warnings) = _folder.Load(text);

        Assert.Equal("select", spec.Evaluation.Split);
        Assert.Equal((SpecDiagnostics.Doubtful, 8), (Assert.Single(warnings).Code, warnings[0].Position!.Value.Line));
    }

    [Fact]
    public void Custom_data_is_not_looked_for_and_may_feed_a_model_of_the_zoo()
    {
        _folder.Add("net.dll");
        var (spec, _) = _folder.Load("""
            version: 1
            dataset:
              format: custom
              type: Net.Photos
              root: nowhere
              splits: { train: year-2019, test: year-2020 }
            model:
              architecture: small-cnn
              assembly: net.dll
            """);

        Assert.Equal("Net.Photos", spec.Dataset.Type);
        Assert.Equal(Path.Combine(_folder.Root, "net.dll"), spec.Model.Assembly);
    }

    [Fact]
    public void A_model_of_ones_own_takes_options_of_any_name()
    {
        _folder.Add("net.dll");
        var (spec, _) = _folder.Load(SpecFolder.Valid.Replace(
            "architecture: small-cnn", "assembly: net.dll\n  type: Net.Factory\n  options: { width: 8, rate: 0.5, deep: true, kind: '7', list: [1, a] }", StringComparison.Ordinal));

        Assert.Equal("Net.Factory", spec.Model.Type);
        Assert.Equal(8L, spec.Model.Options["width"]);
        Assert.Equal(0.5, spec.Model.Options["rate"]);
        Assert.Equal(true, spec.Model.Options["deep"]);
        Assert.Equal("7", spec.Model.Options["kind"]);
        Assert.Equal(new object[] { 1L, "a" }, spec.Model.Options["list"]);
    }

    [Fact]
    public void Csv_labels_may_have_other_names()
    {
        _folder.Add("data/a.csv");
        var (spec, _) = _folder.Load("""
            version: 1
            dataset:
              format: csv
              root: data
              splits: { train: a.csv, test: 20% }
              label_map: { 0: zero, "1": one }
            model: { architecture: small-cnn }
            """);

        Assert.Equal([KeyValuePair.Create("0", "zero"), KeyValuePair.Create("1", "one")], spec.Dataset.LabelMap!);
    }

    [Theory]
    [InlineData("{ path: image, label: category }", "image", "category")]
    [InlineData("{ path: 1, label: 2 }", "1", "2")]
    [InlineData("{ path: 'train/{id}.jpg', label: [cat, dog] }", "train/{id}.jpg", "cat,dog")]
    [InlineData("{ label: breed }", null, "breed")]
    [InlineData("", null, null)]
    public void Csv_columns_are_named_by_header_number_or_pattern(string columns, string? path, string? label)
    {
        _folder.Add("data/a.csv");
        var text = $"""
            version: 1
            dataset:
              format: csv
              root: data
              splits: {"{"} train: a.csv, test: 20% {"}"}
              columns: {columns}
            model: {"{"} architecture: small-cnn {"}"}
            """;

        Assert.Equal((path, label), Read(_folder.Load(text).Spec));
        Assert.Equal((path, "other"), Read(_folder.Load(text, "dataset.columns.label=other").Spec));

        static (string?, string?) Read(MasterfulSpec spec) =>
            (spec.Dataset.Columns.Path, spec.Dataset.Columns.Label is { } names ? string.Join(',', names) : null);
    }
}
