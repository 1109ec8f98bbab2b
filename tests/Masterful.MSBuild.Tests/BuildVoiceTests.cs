using Microsoft.Build.Framework;
using Xunit;

namespace Masterful.MSBuild.Tests;

public class BuildVoiceTests
{
    private const string Long = "search · trial 3 of 12 · epoch 4/30, 1,234 img/s · 40% of the work · about 3 min left";

    [Theory]
    [InlineData(200, Long)]
    [InlineData(50, "search · 40% of the work · about 3 min left")]
    [InlineData(30, "search · about 3 min left")]
    [InlineData(12, "search")]
    [InlineData(4, "sea…")]
    public void A_line_of_progress_is_shortened_to_what_is_being_done_and_how_long_it_takes(int room, string shown) =>
        Assert.Equal(shown, BuildVoice.Shorten(Long, room));

    [Theory]
    [InlineData(80, "Model", 30)]
    [InlineData(120, "Model", 70)]
    [InlineData(300, "Model", 70)]
    [InlineData(80, "A.Project.Of.Fifty.Letters.Whose.Name.Is.Quite.Long", 20)]
    public void There_is_no_more_room_than_the_logger_has(int columns, string project, int room) => Assert.Equal(room, BuildVoice.Room(columns, project));

    [Fact]
    public void At_a_terminal_progress_is_a_status_and_the_beginning_of_a_stage_and_results_are_lines_that_stay()
    {
        var engine = new RecordingEngine();
        var voice = new BuildVoice(engine, "run", atTerminal: true);

        voice.Say("progress: search · trial 1 of 3", MessageImportance.High);
        voice.Say("progress: search · trial 2 of 3", MessageImportance.High);
        voice.Say("Gate: passed", MessageImportance.High);

        var extended = engine.Events.Cast<ExtendedBuildMessageEventArgs>().ToList();
        Assert.Equal(["TLTESTPASSED", "TLTESTOUTPUT", "TLTESTPASSED", "TLTESTOUTPUT"], extended.Select(e => e.ExtendedType));
        Assert.Equal(("Masterful", "search · trial 2 of 3"), (extended[2].ExtendedMetadata!["localizedResult"], extended[2].ExtendedMetadata!["displayName"]));
        Assert.Equal("    Gate: passed", extended[3].Message);
    }

    [Fact]
    public void Elsewhere_each_line_is_a_message_of_high_importance_as_it_is()
    {
        var engine = new RecordingEngine();
        var voice = new BuildVoice(engine, "run", atTerminal: false);

        voice.Say("progress: search · trial 1 of 3", MessageImportance.High);
        voice.Say("Gate: passed", MessageImportance.High);

        Assert.Equal(["search · trial 1 of 3", "Gate: passed"], engine.Messages);
        Assert.All(engine.Events, e => Assert.Equal(MessageImportance.High, e.Importance));
    }
}
