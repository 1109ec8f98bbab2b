using Hangfire.Logging;
using Masterful.Results;
using Microsoft.Extensions.Logging;

namespace Masterful.Fleet;

/// <summary>What Hangfire says, a step less loud: it tries again by itself, and whoever waits for a trial hears of real trouble from us.</summary>
internal sealed class HangfireLog(ILogger logger) : ILogProvider, ILog
{
    public ILog GetLogger(string name) => this;

    public bool Log(Hangfire.Logging.LogLevel logLevel, Func<string>? messageFunc, Exception? exception = null)
    {
        var level = logLevel >= Hangfire.Logging.LogLevel.Warn ? Microsoft.Extensions.Logging.LogLevel.Debug : Microsoft.Extensions.Logging.LogLevel.Trace;
        if (!logger.IsEnabled(level))
        {
            return false;
        }

        if (messageFunc is not null)
        {
            logger.Log(level, "Hangfire: {Message} {Reason}", messageFunc(), exception is null ? null : Cause.Of(exception));
        }

        return true;
    }
}
