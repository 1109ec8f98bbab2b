using System.CommandLine;
using System.Reflection;
using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Tool.Tests;

/// <summary>What a command throws, as a person sees it.</summary>
public class HiddenCauseTests
{
    public static TheoryData<string> Wrappings => ["none", "initializer", "task", "reflection", "all of them, several deep"];

    [Theory]
    [MemberData(nameof(Wrappings))]
    public async Task The_message_names_what_is_wrong_and_not_what_it_came_in(string wrapping)
    {
        var (code, said) = await RunAsync(Wrap(wrapping, new DllNotFoundException("Unable to load shared library 'libSkiaSharp'.")));

        Assert.Equal(ExitCode.Unexpected, code);
        Assert.StartsWith("masterful: error MST0902: DllNotFoundException: Unable to load shared library 'libSkiaSharp'. Run again", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Wrappings))]
    public async Task A_diagnostic_keeps_its_code_and_its_exit_code(string wrapping)
    {
        var (code, said) = await RunAsync(Wrap(wrapping, new DiagnosticException(SpecDiagnostics.MissingKey, "model is missing.")));

        Assert.Equal(ExitCode.InputWrong, code);
        Assert.Equal("masterful: error MST0006: model is missing.", said.Trim());
    }

    [Theory]
    [MemberData(nameof(Wrappings))]
    public async Task A_full_disk_is_one(string wrapping)
    {
        var (code, said) = await RunAsync(Wrap(wrapping, new IOException("No space left on device.")));

        Assert.Equal(ExitCode.Unexpected, code);
        Assert.StartsWith("masterful: error MST0903: No space left on device. Free space", said, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Wrappings))]
    public async Task A_cancellation_is_one(string wrapping)
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        var (code, _) = await RunAsync(Wrap(wrapping, new OperationCanceledException()), cancelled);

        Assert.Equal(ExitCode.Cancelled, code);
    }

    private static Exception Wrap(string wrapping, Exception root) => wrapping switch
    {
        "none" => root,
        "initializer" => new TypeInitializationException("SkiaSharp.SKObject", root),
        "task" => new AggregateException(root),
        "reflection" => new TargetInvocationException(root),
        _ => new TargetInvocationException(new AggregateException(new TypeInitializationException("A", new AggregateException(new TypeInitializationException("B", root))))),
    };

    private static async Task<(int Code, string Said)> RunAsync(Exception thrown, CancellationTokenSource? cancelled = null)
    {
        var host = new RecordingHost();
        var common = new CommonSymbols();
        var root = new RootCommand();
        common.AddTo(root);
        var command = new Command("fail");
        root.Add(command);
        new CommandBinder(common, host.Host()).Bind(command, _ => throw thrown);
        var code = await root.Parse(["fail"]).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, cancelled?.Token ?? CancellationToken.None);
        return (code, host.Error.ToString());
    }
}
