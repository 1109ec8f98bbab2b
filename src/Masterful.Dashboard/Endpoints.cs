using System.Security.Cryptography;
using Masterful.Reporting;
using Masterful.Results;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;
using Respond = Microsoft.AspNetCore.Http.Results;

namespace Masterful.Dashboard;

/// <summary>What the page can ask for. Everything is a GET.</summary>
internal static class Endpoints
{
    public static void Map(WebApplication app, DashboardOptions options, RunCatalog runs, DataView data, AugmentationPreview preview)
    {
        MapRuns(app, runs);
        MapData(app, data, new LabelSuspects(options.LabelsPath, data));
        MapAugmentations(app, preview);
        MapDocumentation(app);
        app.MapGet("/api/queue", () => Json(options.Queue is not null));
        var live = new LiveFeed(options);
        var stopping = app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        app.MapGet("/api/live", (HttpContext context) =>
        {
            var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            context.Response.RegisterForDispose(end);
            return TypedResults.ServerSentEvents(live.FollowAsync(end.Token));
        });
        app.MapGet("/{**path}", (string? path) =>
            PageFiles.Find(string.IsNullOrEmpty(path) ? "index.html" : path) is var (bytes, type) ? Respond.Bytes(bytes, type) : Respond.NotFound());
    }

    private static void MapRuns(WebApplication app, RunCatalog runs)
    {
        app.MapGet("/api/runs", () => Respond.Json(runs.List(), RunListJson.Default.IReadOnlyListRunSummary));
        foreach (var (name, file, type) in new[]
        {
            ("result", ResultFiles.ResultName, "application/json"), ("policies", ResultFiles.PoliciesName, "application/json"),
            ("misclassified", MisclassifiedFile.Name, "application/json"), ("sheet", MisclassifiedFile.SheetName, "image/png"), ("samples", RunCatalog.SamplesName, "image/png"),
        })
        {
            app.MapGet($"/api/runs/{{id}}/{name}", (string id) => runs.File(id, file) is { } found
                ? Respond.File(found.FullName, type)
                : type == "application/json" && runs.File(id, ResultFiles.ResultName) is not null ? Json<object?>(null) : Respond.NotFound());
        }

        app.MapGet("/api/runs/{id}/report", (string id) => runs.File(id, ResultFiles.ResultName) is { } result ? Report(runs, id, result) : Respond.NotFound());
    }

    private static IResult Report(RunCatalog runs, string id, FileInfo result)
    {
        try
        {
            var policies = runs.File(id, ResultFiles.PoliciesName) is { } file ? ResultFiles.Read<PoliciesFile>(file.FullName) : null;
            var samples = runs.File(id, RunCatalog.SamplesName) is null ? null : $"api/runs/{id}/samples";
            return Respond.Text(HtmlPage.Fragment(ResultFiles.Read<RunResult>(result.FullName), policies, samples), "text/html; charset=utf-8");
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return Refusal(e);
        }
    }

    private static void MapData(WebApplication app, DataView data, LabelSuspects labels)
    {
        app.MapGet("/api/labels", async (CancellationToken cancellation) => Json(await labels.StateAsync(cancellation).ConfigureAwait(false)));
        app.MapGet("/api/data", async (CancellationToken cancellation) => Json(await data.StateAsync(cancellation).ConfigureAwait(false)));
        app.MapGet("/api/data/images/{split}/{index:int}", async (string split, int index, HttpContext context) =>
        {
            if (await data.ImageAsync(split, index, context.RequestAborted).ConfigureAwait(false) is not { } png)
            {
                return Respond.NotFound();
            }

            // The same place can have another image later on: browsers ask each time, and are sent what they lack.
            context.Response.Headers.CacheControl = "private, no-cache";
            return Respond.Bytes(png, "image/png", entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(png))}\""));
        });
    }

    private static void MapAugmentations(WebApplication app, AugmentationPreview preview)
    {
        app.MapGet("/api/augmentations", async (CancellationToken cancellation) =>
            Json(new { techniques = AugmentationPreview.Techniques, obstacle = await preview.ObstacleAsync(cancellation).ConfigureAwait(false) }));
        app.MapGet("/api/augmentations/{technique}", async (string technique, double value, int draw, CancellationToken cancellation) =>
        {
            try
            {
                return await preview.PairsAsync(technique, value, draw, cancellation).ConfigureAwait(false) is { } pairs ? Json(pairs) : Respond.NotFound();
            }
            catch (InvalidDataException e)
            {
                return Refusal(e);
            }
        });
    }

    private static void MapDocumentation(WebApplication app)
    {
        app.MapGet("/api/docs", () => Json(DocumentationPages.All));
        app.MapGet("/api/docs/{name}", (string name) =>
            DocumentationPages.Html(name) is { } html ? Respond.Text(html, "text/html; charset=utf-8") : Respond.NotFound());
        app.MapGet("/api/docs/pictures/{name}", (string name) =>
            DocumentationPages.Picture(name) is { } png ? Respond.Bytes(png, "image/png") : Respond.NotFound());
    }

    private static IResult Refusal(Exception reason) =>
        Respond.Text(Cause.Of(reason), "text/plain; charset=utf-8", statusCode: StatusCodes.Status422UnprocessableEntity);

    private static IResult Json<T>(T value) => Respond.Json(value, ResultFiles.Compact);
}
