using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Server.Api.Runs;

/// <summary>Names runs that people start.</summary>
internal static class RunNaming
{
    /// <summary>For example <c>evacuate-host-a1-20260131021530-7f3c</c>: the time to find it by, and a little chance so that two in one second differ.</summary>
    public static RunId New(string plan, HostId host, DateTimeOffset now) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{plan}-{host}-{now.UtcDateTime:yyyyMMddHHmmss}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}"));

    /// <summary>The same for the same request, however often it is sent.</summary>
    public static RunId For(string plan, HostId host, Actor by, string idempotencyKey)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{by}\n{plan}\n{host}\n{idempotencyKey}"));
        return new($"{plan}-{host}-{Convert.ToHexStringLower(hash)[..16]}");
    }
}
