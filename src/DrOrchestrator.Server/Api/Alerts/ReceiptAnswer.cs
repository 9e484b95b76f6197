using DrOrchestrator.Contracts.Http;

namespace DrOrchestrator.Server.Api.Alerts;

/// <summary>What the sender of reports hears.</summary>
internal static class ReceiptAnswer
{
    /// <summary>200 where one report at least is in a stream, or all are our own alerts routed back; else 422, for sending the same again changes nothing.</summary>
    public static IResult Of(AlertReceipt receipt, string what) => receipt.Accepted.Count > 0 || receipt is { Own: > 0, UnmatchedInAll: 0 }
        ? Results.Ok(receipt)
        : Problems.Of(
            StatusCodes.Status422UnprocessableEntity,
            $"no-usable-{what}",
            receipt.Unmatched.Count == 0 ? $"There is no {what} in it." : $"None of {receipt.UnmatchedInAll} could be used: {what} 1: {receipt.Unmatched[0].Reason}",
            "It is kept: drctl alerts --unmatched. Correct the labels, the inventory's alertNames or the runbook's triggers.");
}
