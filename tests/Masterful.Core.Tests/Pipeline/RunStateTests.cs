using Masterful.Core.Pipeline;
using Xunit;

namespace Masterful.Core.Tests.Pipeline;

public sealed class RunStateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("masterful state ").FullName;

    public RunStateTests()
    {
        Directory.CreateDirectory(At("data"));
        File.WriteAllText(At("spec.yaml"), "version: 1");
        File.WriteAllText(At("data/1.png"), "image");
        File.WriteAllText(At("result.json"), "{}");
    }

    private string StateFile => At("obj/run.state");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_run_whose_inputs_and_results_are_as_they_were_is_told_by_its_summary()
    {
        Run();

        Assert.Equal("5% error.", Next().Unchanged());
        Assert.Null(Next(call: "--device=cuda").Unchanged());
    }

    public static TheoryData<string> Differences => ["spec older", "image rewritten", "image added", "image gone", "result gone", "result edited", "input added", "state cut", "state of nothing"];

    [Theory]
    [MemberData(nameof(Differences))]
    public void Any_difference_is_one(string difference)
    {
        Run();
        var time = new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        string[] more = [];
        switch (difference)
        {
            case "spec older":
                File.WriteAllText(At("spec.yaml"), "version: 2");
                File.SetLastWriteTimeUtc(At("spec.yaml"), time);
                break;
            case "image rewritten":
                time = File.GetLastWriteTimeUtc(At("data/1.png"));
                File.WriteAllText(At("data/1.png"), "IMAGE");
                File.SetLastWriteTimeUtc(At("data/1.png"), time);
                break;
            case "image added":
                File.WriteAllText(At("data/2.png"), "image");
                File.SetLastWriteTimeUtc(At("data/2.png"), time);
                break;
            case "image gone":
                File.Delete(At("data/1.png"));
                break;
            case "result gone":
                File.Delete(At("result.json"));
                break;
            case "result edited":
                File.WriteAllText(At("result.json"), "[]");
                break;
            case "input added":
                more = [At("baseline.json")];
                break;
            case "state cut":
                File.WriteAllText(StateFile, File.ReadAllText(StateFile)[..^40]);
                break;
            default:
                File.WriteAllText(StateFile, "");
                break;
        }

        Assert.Null(Next(more: more).Unchanged());
    }

    [Theory]
    [InlineData("spec.yaml")]
    [InlineData("data/1.png")]
    [InlineData("data/2.png")]
    public void What_was_changed_while_the_run_went_on_has_not_been_run(string file)
    {
        Run(meanwhile: () => File.WriteAllText(At(file), "another"));

        Assert.False(File.Exists(StateFile));
    }

    [Fact]
    public void What_a_run_writes_among_its_data_is_none_of_them()
    {
        Run(meanwhile: () => File.WriteAllText(At("data/report/result.json"), "{}"), before: () => Directory.CreateDirectory(At("data/report")));

        Assert.Equal("5% error.", Next().Unchanged());
    }

    [Fact]
    public void A_run_that_fails_leaves_nothing_of_the_one_before()
    {
        Run();

        Next().Forget();

        Assert.Null(Next().Unchanged());
    }

    private string At(string name) => Path.Combine(_folder, name);

    private RunState Next(string call = "--device=cpu", params string[] more)
    {
        var state = new RunState(StateFile, TimeProvider.System);
        state.AddCall(call);
        state.Ignore([At("data/report") + Path.DirectorySeparatorChar]);
        state.AddInputs([At("spec.yaml"), .. more]);
        return state;
    }

    private void Run(Action? meanwhile = null, Action? before = null)
    {
        before?.Invoke();
        var state = Next();
        Assert.Null(state.Unchanged());
        state.AddInputs([At("data") + Path.DirectorySeparatorChar, .. Directory.GetFiles(At("data"))]);
        meanwhile?.Invoke();
        state.Write("5% error.", [At("result.json"), At("model.json")]);
    }
}
