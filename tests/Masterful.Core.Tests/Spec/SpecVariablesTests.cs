using Xunit;

namespace Masterful.Core.Tests.Spec;

public sealed class SpecVariablesTests : IDisposable
{
    private readonly SpecFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("${EPOCHS}", 7)]
    [InlineData("\"${EPOCHS}\"", 7)]
    [InlineData("${EPOCHS:-3}", 7)]
    [InlineData("${UNSET:-3}", 3)]
    [InlineData("${EMPTY:-3}", 3)]
    [InlineData("1${EPOCHS}", 17)]
    public void Numbers_may_come_from_variables(string written, int epochs)
    {
        _folder.Variables["EPOCHS"] = "7";
        _folder.Variables["EMPTY"] = "";

        Assert.Equal(epochs, _folder.Load($"{SpecFolder.Valid}training:\n  epochs: {written}\n").Spec.Training.Epochs);
    }

    [Fact]
    public void Paths_may_come_from_variables()
    {
        _folder.Variables["DATA"] = _folder.Root;
        var text = SpecFolder.Valid.Replace("root: data", "root: ${DATA}/${SUB:-data}", StringComparison.Ordinal);

        Assert.Equal(Path.Combine(_folder.Root, "data"), _folder.Load(text).Spec.Dataset.Root);
    }

    [Fact]
    public void A_doubled_dollar_is_literal() => Assert.Equal(
        "${A} costs $5", _folder.Load(SpecFolder.Valid.Replace("  root", "  name: $${A} costs $5\n  root", StringComparison.Ordinal)).Spec.Dataset.Name);

    [Theory]
    [InlineData("${UNSET}", "the environment variable 'UNSET' is not set; set it, or give a default: ${UNSET:-default}.")]
    [InlineData("${UNSET", "'${' is not closed by '}'; a literal '${' is written '$${'.")]
    [InlineData("${}", "'${}' is not a reference to an environment variable; write ${NAME} or ${NAME:-default}.")]
    [InlineData("${1A}", "'${1A}' is not a reference")]
    [InlineData("${A-b}", "'${A-b}' is not a reference")]
    public void What_can_not_be_replaced_is_the_only_error_of_its_value(string written, string error) => Assert.StartsWith(
        $"9,11 MST0012 {error}", Assert.Single(_folder.Errors($"{SpecFolder.Valid}training:\n  epochs: {written}\n")), StringComparison.Ordinal);

    [Theory]
    [InlineData("training: { epochs: '${SECRET}' }")]
    [InlineData("runtime: { device: '${SECRET}' }")]
    [InlineData("policy: { techniques: '${SECRET}' }")]
    [InlineData("policy: { budget: { time: 'x${SECRET}' } }")]
    [InlineData("gate: { max_error_rate: '${SECRET}%' }")]
    public void The_value_of_a_variable_is_never_shown(string line)
    {
        _folder.Variables["SECRET"] = "hunter2";

        var error = Assert.Single(_folder.Errors(SpecFolder.Valid + line));

        Assert.Contains("${SECRET}", error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("root: data", "root: '${SECRET}'")]
    [InlineData("test: test.mat", "test: '${SECRET}.mat'")]
    [InlineData("test: test.mat", "test: '../${SECRET}.mat'")]
    [InlineData("format: svhn", "format: '${SECRET}'")]
    [InlineData("version: 1", "version: '2${NUMBER}'")]
    [InlineData("architecture: small-cnn", "torchscript: '${SECRET}'")]
    public void The_value_of_a_variable_is_never_shown_in_messages_on_files_and_names(string right, string wrong)
    {
        _folder.Variables["SECRET"] = "hunter2";
        _folder.Variables["NUMBER"] = "4711";

        var errors = string.Join('\n', _folder.Errors(SpecFolder.Valid.Replace(right, wrong, StringComparison.Ordinal)));

        Assert.NotEmpty(errors);
        Assert.DoesNotContain("hunter2", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", errors, StringComparison.Ordinal);
    }
}
