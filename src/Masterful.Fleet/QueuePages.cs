using System.Collections.Concurrent;
using Hangfire;
using Hangfire.Common;
using Hangfire.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;

namespace Masterful.Fleet;

/// <summary>Hangfire's own pages of the fleet's queue, to look at: nothing can be changed by them, and no connection string is shown.</summary>
/// <param name="database">The fleet's. Not disposed.</param>
public sealed class QueuePages(FleetDatabase database)
{
    /// <summary>Names of metrics are all that these pages send.</summary>
    private const int LargestRequest = 16 << 10;

    private readonly ConcurrentDictionary<long, string> _names = [];

    /// <summary>Answers whatever comes to a branch of a web application. Who may come is the application's to say.</summary>
    public void Map(IApplicationBuilder branch)
    {
        ArgumentNullException.ThrowIfNull(branch);
        branch.Use((context, next) =>
        {
            context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = LargestRequest;
            return next();
        });
        branch.UseMiddleware<AspNetCoreDashboardMiddleware>(database.Queue, Options(), DashboardRoutes.Routes, true);
    }

    private DashboardOptions Options() => new()
    {
        DashboardTitle = "Masterful: the fleet's queue",
        AppPath = "../",
        DisplayStorageConnectionString = false,
        IsReadOnlyFunc = _ => true,
        IgnoreAntiforgeryToken = true,
        DisplayNameFunc = (_, job) => Name(job),
        ServerPossiblyAbortedThreshold = database.Settings.Patience,
    };

    /// <summary>A job has but the number of its request: people want the policy.</summary>
    private string Name(Job job) => job.Args is [long request, ..] ? _names.GetOrAdd(request, Read) : job.ToString();

    private string Read(long request)
    {
        var found = database.QueryAsync(
            "SELECT kind, policy, key FROM requests WHERE id = @id", r => $"{r.GetString(0)} of '{r.GetString(1)}' ({new string([.. r.GetString(2).Take(12)])})", CancellationToken.None, ("id", request));
        return found.GetAwaiter().GetResult() is [var name] ? name : $"request {request}";
    }
}
