using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Spec;

/// <summary>Commands of reports are made anew: no text of a user's, nothing that a shell would run.</summary>
public sealed class RunCommandTextTests
{
    [Theory]
    [InlineData("training.epochs=5", "--set training.epochs=5")]
    [InlineData("training.epochs = 5", "--set training.epochs=5")]
    [InlineData("gate.error_rate_reduction=5%", "--set gate.error_rate_reduction=5%")]
    [InlineData("policy.techniques=[rotate, erase]", "--set 'policy.techniques=[rotate, erase]'")]
    [InlineData("training.epochs=${EPOCHS}", "--set 'training.epochs=${EPOCHS}'")]
    [InlineData("dataset.root=/home/anna/secret", "--set 'dataset.root=…'")]
    [InlineData("dataset.sources=[{url: https://u:p@host/x, to: x}]", "--set 'dataset.sources=…'")]
    [InlineData("dataset.name=$(rm -rf ~)", "--set 'dataset.name=…'")]
    [InlineData("model.options={token: abc}", "--set 'model.options=…'")]
    [InlineData("trainingx=5", "--set 'trainingx=…'")]
    [InlineData("training.epochs=5\nrm -rf ~", "--set 'training.epochs=…'")]
    [InlineData("a'b;c=1", @"--set 'a'\''b;c=…'")]
    [InlineData("no equals sign", "--set '=…'")]
    public void An_override_is_shown_where_its_key_takes_a_number_or_a_word(string text, string shown) =>
        Assert.Equal($"dotnet masterful run --spec masterful.yaml {shown}", RunCommandText.Of("/home/anna/masterful.yaml", [text], null));

    [Fact]
    public void A_path_and_a_device_are_words_of_the_shell() => Assert.Equal(
        @"dotnet masterful run --spec 'it'\''s $HOME.yaml' --device cuda:1", RunCommandText.Of("/x/it's $HOME.yaml", [], "cuda:1"));
}
