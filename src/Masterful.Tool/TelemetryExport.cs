using System.Runtime.CompilerServices;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Masterful.Tool;

/// <summary>Sends metrics and traces to where OpenTelemetry's own variables say, and only where they say so.</summary>
internal static class TelemetryExport
{
    /// <summary>Any of them turns it on.</summary>
    private static readonly string[] Endpoints = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    /// <summary>What is left to send at the end may take so long, and no longer: a collector that is away must not hold a build.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    /// <summary>Begins to send; dispose it at the end. Null where nobody asked for it.</summary>
    public static IDisposable? Start(CommandCall call)
    {
        var read = call.Host.Environment;
        var given = Endpoints.Where(name => !string.IsNullOrWhiteSpace(read(name))).ToList();
        if (given.Count == 0 || string.Equals(read("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (given.Find(name => !Uri.TryCreate(read(name), UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")) is { } wrong)
        {
            call.Log.Diagnostic(new Diagnostic(
                ToolDiagnostics.NoTelemetry, DiagnosticSeverity.Warning, $"{wrong} is not an http or https address, so that no telemetry is sent. {ToolDiagnostics.NoTelemetry.Remedy}"));
            return null;
        }

        var isNamed = !string.IsNullOrWhiteSpace(read("OTEL_SERVICE_NAME")) || read("OTEL_RESOURCE_ATTRIBUTES")?.Contains("service.name=", StringComparison.Ordinal) == true;
        return Open(isNamed, call.Log);
    }

    /// <summary>Of its own, so that OpenTelemetry's libraries are loaded for those alone who asked for them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Export Open(bool isNamed, ILogger logger)
    {
        void Describe(ResourceBuilder resource)
        {
            if (!isNamed)
            {
                resource.AddService("masterful", serviceVersion: EngineVersion.Current);
            }
        }

        return new Export(
            Sdk.CreateTracerProviderBuilder().AddSource(Telemetry.Name).ConfigureResource(Describe).AddOtlpExporter().Build(),
            Sdk.CreateMeterProviderBuilder().AddMeter(Telemetry.Name).ConfigureResource(Describe).AddOtlpExporter().Build(),
            logger);
    }

    private sealed class Export(TracerProvider traces, MeterProvider metrics, ILogger logger) : IDisposable
    {
        public void Dispose()
        {
            var limit = (int)LastWords.TotalMilliseconds;
            Task<bool>[] ends = [Task.Run(() => traces.Shutdown(limit)), Task.Run(() => metrics.Shutdown(limit))];
            if (!Task.WaitAll(ends, limit) || !ends.All(e => e.Result))
            {
                logger.LogWarning("What was left of the telemetry could not be sent within {Seconds} s; see OTEL_EXPORTER_OTLP_ENDPOINT.", LastWords.TotalSeconds);
            }
        }
    }
}
