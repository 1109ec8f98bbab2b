using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using Xunit;

namespace Masterful.Results.Tests;

public class CauseTests
{
    private static readonly Exception Root = new DllNotFoundException("Unable to load 'libSkiaSharp'.");

    public static TheoryData<string> Wrappings => ["initializer", "task", "reflection", "task of an initializer of a reflected call", "six deep"];

    [Theory]
    [MemberData(nameof(Wrappings))]
    public void What_a_wrapper_hides_is_what_is_told(string wrapping)
    {
        var thrown = Wrap(wrapping);

        Assert.Equal("Unable to load 'libSkiaSharp'.", Cause.Of(thrown));
        Assert.Equal("DllNotFoundException: Unable to load 'libSkiaSharp'.", Cause.Named(thrown));
        Assert.Same(Root, Assert.Single(Cause.Unwrap(thrown)));
    }

    [Theory]
    [MemberData(nameof(Wrappings))]
    public void An_exception_that_says_something_itself_is_told_with_what_it_wraps(string wrapping)
    {
        var thrown = new AggregateException(new InvalidOperationException("The chart can't be drawn.", Wrap(wrapping)));

        Assert.Equal("The chart can't be drawn: Unable to load 'libSkiaSharp'.", Cause.Of(thrown));
        Assert.Equal("InvalidOperationException: The chart can't be drawn: DllNotFoundException: Unable to load 'libSkiaSharp'.", Cause.Named(thrown));
    }

    [Fact]
    public void Nothing_is_said_twice()
    {
        var json = Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<int[]>("<html>"));
        var full = new IOException("There is not enough space on the disk.");

        Assert.Equal(json.Message, Cause.Of(json));
        Assert.Equal("a/b can't be written: There is not enough space on the disk.", Cause.Of(new IOException($"a/b can't be written: {full.Message}", full)));
        Assert.Equal("Both fail.", Cause.Of(new AggregateException(new IOException("Both fail."), new IOException("Both fail."))));
    }

    [Fact]
    public void Of_many_sides_a_few_are_told_and_the_rest_counted()
    {
        var thrown = new AggregateException(Enumerable.Range(1, 5).Select(i => new IOException($"Disk {i}.")));

        Assert.Equal("Disk 1.; Disk 2.; Disk 3.; and 2 more", Cause.Of(thrown));
        Assert.Equal(5, Cause.Unwrap(thrown).Count);
    }

    [Fact]
    public void It_is_one_line_without_a_native_stack_and_never_endless()
    {
        var endless = Enumerable.Range(0, 1000).Aggregate(Root, (inner, i) => new InvalidOperationException($"Layer {i}", inner));

#pragma warning disable CA2201 // It is what TorchSharp throws.
        Assert.Equal("shapes differ", Cause.Of(new ExternalException("shapes differ\nException raised from check at a.cpp:12\nframe #0")));
#pragma warning restore CA2201
        Assert.Equal("a b c", Cause.Of(new IOException("a\r\n  b\n\tc")));
        Assert.Equal("The SSL connection could not be established: the certificate is not valid.", Cause.Of(new HttpRequestException(
            "The SSL connection could not be established, see inner exception.", new IOException("the certificate is not valid."))));
        Assert.Equal("IOException", Cause.Of(new IOException("")));
        Assert.InRange(Cause.Of(endless).Length, 1, 2001);
        Assert.InRange(Cause.Of(new IOException(new string('x', 1 << 20))).Length, 1, 2001);
    }

    private static Exception Wrap(string wrapping) => wrapping switch
    {
        "initializer" => new TypeInitializationException("SkiaSharp.SKObject", Root),
        "task" => new AggregateException(Root),
        "reflection" => new TargetInvocationException(Root),
        "task of an initializer of a reflected call" => new AggregateException(new TypeInitializationException("A", new TargetInvocationException(Root))),
        _ => new TargetInvocationException(new AggregateException(new AggregateException(
            new TypeInitializationException("A", new TypeInitializationException("B", new TargetInvocationException(Root)))))),
    };
}
