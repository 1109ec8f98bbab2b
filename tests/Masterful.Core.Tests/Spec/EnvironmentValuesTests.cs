using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Spec;

/// <summary>What came from the environment is published as it is written.</summary>
public sealed class EnvironmentValuesTests : IDisposable
{
    private readonly SpecFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("dataset.name", "${SECRET}", "${SECRET}")]
    [InlineData("dataset.name", "of ${SECRET} and ${SECRET:-none}", "of ${SECRET} and ${SECRET:-none}")]
    [InlineData("dataset.description", "by ${SHORT}", "by ${SHORT}")]
    [InlineData("dataset.name", "${ABSENT:-default}", "default")]
    [InlineData("dataset.name", "plain", "plain")]
    [InlineData("dataset.name", "typed s3cret-value", "typed ${SECRET}")]
    public void A_key_is_published_as_it_is_written_where_it_holds_a_value(string key, string value, string published)
    {
        var spec = Load($"{key}='{value}'", "training.epochs=${EPOCHS}", "dataset.background=https://host/${SECRET}");

        Assert.Equal(published, spec.Environment.Published(key, key == "dataset.name" ? spec.Dataset.Name : spec.Dataset.Description!));
        Assert.Equal(7, spec.Training.Epochs);
    }

    [Fact]
    public void Sentences_are_published_without_the_values()
    {
        var spec = Load("dataset.description=${SECRET}${LONGER}");

        Assert.Equal("'/data/${LONGER}/x' and ${SECRET}", spec.Environment.Hide("'/data/s3cret-value-and-more/x' and s3cret-value"));
        Assert.Equal("abc stays: short words stand in others by chance", spec.Environment.Hide("abc stays: short words stand in others by chance"));
    }

    [Fact]
    public void A_name_that_is_the_roots_is_published_as_the_root_is_written()
    {
        _folder.Add("s3cret-value/train.mat");
        _folder.Add("s3cret-value/test.mat");

        var spec = Load("dataset.root=${SECRET}");

        Assert.Equal("s3cret-value", spec.Dataset.Name);
        Assert.Equal("${SECRET}", spec.Environment.Published("dataset.name", spec.Dataset.Name));
    }

    [Fact]
    public void Secret_text_is_shown_to_nobody_who_does_not_ask()
    {
        var secret = new SecretText("s3cret-value");

        Assert.Equal("***", $"{secret}");
        Assert.DoesNotContain("s3cret", System.Text.Json.JsonSerializer.Serialize(secret), StringComparison.Ordinal);
        Assert.Equal("s3cret-value", secret.Reveal());
    }

    private MasterfulSpec Load(params string[] overrides)
    {
        _folder.Add("masterful.yaml", SpecFolder.Valid);
        return SpecLoader.Load(_folder.SpecFile, overrides, name => name switch
        {
            "SECRET" => "s3cret-value",
            "LONGER" => "s3cret-value-and-more",
            "SHORT" => "abc",
            "EPOCHS" => "7",
            _ => null,
        }).Spec;
    }
}
