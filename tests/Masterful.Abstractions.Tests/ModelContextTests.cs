using Xunit;

namespace Masterful.Abstractions.Tests;

public class ModelContextTests
{
    private static readonly ModelContext Context = new(10, new InputShape(32, 32, 3), new Dictionary<string, object>
    {
        ["width"] = 64L,
        ["dropout"] = 0.1,
        ["residual"] = true,
        ["activation"] = "relu",
        ["strides"] = new List<object> { 1L, 2L },
        ["rates"] = new List<object> { 1L, 0.5 },
        ["huge"] = long.MaxValue,
    });

    [Fact]
    public void An_option_that_is_given_is_read_as_the_type_of_its_default()
    {
        Assert.Equal(64, Context.Option("width", 16));
        Assert.Equal(0.1, Context.Option("dropout", 0.0));
        Assert.True(Context.Option("residual", false));
        Assert.Equal("relu", Context.Option("activation", "silu"));
        Assert.Equal([1, 2], Context.Option("strides", new[] { 1, 1 }));
        Assert.Equal([1, 0.5], Context.Option("rates", new[] { 0.0 }));
    }

    [Fact]
    public void A_whole_number_serves_as_a_number() => Assert.Equal(64.0, Context.Option("width", 1.5));

    [Fact]
    public void An_option_that_is_not_given_has_its_default()
    {
        Assert.Equal(16, Context.Option("depth", 16));
        Assert.Equal(0.5, Context.Option("rate", 0.5));
        Assert.True(Context.Option("bias", true));
        Assert.Equal("silu", Context.Option("norm", "silu"));
        Assert.Equal([3], Context.Option("kernels", new[] { 3 }));
        Assert.Equal([0.5], Context.Option("scales", new[] { 0.5 }));
    }

    [Fact]
    public void A_value_of_another_type_is_refused_by_name()
    {
        Assert.Equal("The option 'activation' must be a whole number, but is 'relu'.", Refusal(c => c.Option("activation", 16)));
        Assert.Equal("The option 'dropout' must be a whole number, but is '0.1'.", Refusal(c => c.Option("dropout", 16)));
        Assert.Equal("The option 'residual' must be a number, but is 'True'.", Refusal(c => c.Option("residual", 0.5)));
        Assert.Equal("The option 'width' must be a text, but is '64'.", Refusal(c => c.Option("width", "a")));
        Assert.Equal("The option 'width' must be true or false, but is '64'.", Refusal(c => c.Option("width", true)));
        Assert.Equal("The option 'width' must be a list of whole numbers, but is '64'.", Refusal(c => c.Option("width", new[] { 1 })));
        Assert.Equal("The option 'rates' must be a list of whole numbers, but is '[1, 0.5]'.", Refusal(c => c.Option("rates", new[] { 1 })));
        Assert.StartsWith("The option 'huge' must be a whole number", Refusal(c => c.Option("huge", 16)));
    }

    private static string Refusal(Func<ModelContext, object> read) => Assert.Throws<ArgumentException>(() => read(Context)).Message;
}
