using DrOrchestrator.Contracts.Http;
using DrOrchestrator.Core.Admission;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Engine.Ports;
using DrOrchestrator.Engine.Streams;
using DrOrchestrator.Server.Api.Description;
using DrOrchestrator.Server.Identity;

namespace DrOrchestrator.Server.Api.Admission;

/// <summary>The stop button, and what holds the slots.</summary>
internal static class AdmissionEndpoints
{
    /// <summary>How long the answer to a stop waits for it to be in force. Past it the answer says which runs were not heard; the stop stands all the same.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/admission", Show).RequireAuthorization(AccessPolicies.For(Scopes.View))
            .Describe<AdmissionView>("showAdmission", "Limits over all runs, what holds slots, what waits for one, and the stop that stands.");
        api.MapPost("/stop-all", Stop).RequireAuthorization(AccessPolicies.For(Scopes.Operate)).Takes<HaltRequest>(RequestBody.Small)
            .Describe<AdmissionView>("stopAll", "No transfer of any run begins any more; answers when that is in force, or after 10 s with the runs not heard.", [400]);
        api.MapPost("/resume-all", Resume).RequireAuthorization(AccessPolicies.For(Scopes.Operate)).Takes<HaltRequest>(RequestBody.Small)
            .Describe<AdmissionView>("resumeAll", "Ends the stop of everything.", [400, 409]);
        api.MapPost("/admission/release", Release).RequireAuthorization(AccessPolicies.For(Scopes.Operate)).Takes<ReleaseSlotRequest>(RequestBody.Small)
            .Describe<AdmissionView>("releaseSlot", "Gives the slot of a move back that ended unknown, on the word of a person that nothing of it is under way.", [400, 409]);
    }

    private static async Task<IResult> Show(StateReader states, CancellationToken cancellationToken) =>
        Results.Ok(AdmissionViews.Of((AdmissionState)(await states.Read(StreamId.Admission, cancellationToken)).State));

    private static async Task<IResult> Stop(HttpContext context, StreamHandler streams, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (request, problem) = await RequestBody.Read<HaltRequest>(context);
        if ((problem ?? ReasonText.WhyNot(request!.Reason)) is { } wrong)
        {
            return wrong;
        }

        var by = context.User.Actor();
        var began = clock.GetTimestamp();
        var handled = await streams.Handle(
            StreamId.Admission, new AdmissionMessage.StopAll(by, request!.Reason!.Trim()), new Cause("stop-all", null, by.Subject), cancellationToken);
        var state = (AdmissionState)handled.After.State;
        while (state.Phase is AdmissionPhase.Stopping && clock.GetElapsedTime(began) < Patience)
        {
            await Task.Delay(Glance, clock, cancellationToken);
            state = (AdmissionState)(await streams.Read(StreamId.Admission, cancellationToken)).State;
        }

        return Results.Ok(AdmissionViews.Of(state));
    }

    private static async Task<IResult> Release(HttpContext context, StreamHandler streams, CancellationToken cancellationToken)
    {
        var (request, problem) = await RequestBody.Read<ReleaseSlotRequest>(context);
        if ((problem ?? ReasonText.WhyNot(request!.Reason)) is { } wrong)
        {
            return wrong;
        }

        if (string.IsNullOrWhiteSpace(request!.Move))
        {
            return Problems.BadRequest("move: it names no move.", "drctl admission names the moves whose slots are kept, and why.");
        }

        var by = context.User.Actor();
        var handled = await streams.Handle(
            StreamId.Admission,
            new AdmissionMessage.ReleaseSlot(new MoveId(request.Move.Trim()), by, request.Reason!.Trim()),
            new Cause("release-slot", null, by.Subject),
            cancellationToken);
        return handled.Refusal is { } refusal ? Problems.Refused(refusal) : Results.Ok(AdmissionViews.Of((AdmissionState)handled.After.State));
    }

    private static async Task<IResult> Resume(HttpContext context, StreamHandler streams, CancellationToken cancellationToken)
    {
        var (request, problem) = await RequestBody.Read<HaltRequest>(context);
        if ((problem ?? ReasonText.WhyNot(request!.Reason)) is { } wrong)
        {
            return wrong;
        }

        var by = context.User.Actor();
        var handled = await streams.Handle(
            StreamId.Admission, new AdmissionMessage.ResumeAll(by, request!.Reason!.Trim()), new Cause("resume-all", null, by.Subject), cancellationToken);
        return handled.Refusal is { } refusal ? Problems.Refused(refusal) : Results.Ok(AdmissionViews.Of((AdmissionState)handled.After.State));
    }
}
