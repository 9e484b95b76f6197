using System.Text.Json.Serialization;
using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;

namespace DrOrchestrator.Core.Custody;

/// <summary>How strong a piece of evidence is. A plan names the grades that it takes.</summary>
public enum EvidenceGrade
{
    /// <summary>A fence agent powered the host off and read it as off.</summary>
    VerifiedPowerOff,

    /// <summary>The hypervisor itself said that this copy does not run.</summary>
    HypervisorConfirmed,

    /// <summary>A majority of voters granted the site's next lease to the failover.</summary>
    LeaseTaken,

    /// <summary>The storage refuses the host's writes.</summary>
    StorageRevoked,

    /// <summary>Nobody ever tried: the only order that could have made a copy there was never claimed.</summary>
    NeverAttempted,

    /// <summary>A person with the right to waive signed for it.</summary>
    HumanWaiver,
}

/// <summary>Why a place can be taken out of custody. Only this takes it out; silence and waiting never do.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "evidence")]
[JsonDerivedType(typeof(PowerOffVerified), "power-off-verified")]
[JsonDerivedType(typeof(HypervisorConfirmed), "hypervisor-confirmed")]
[JsonDerivedType(typeof(LeaseTaken), "lease-taken")]
[JsonDerivedType(typeof(StorageRevoked), "storage-revoked")]
[JsonDerivedType(typeof(NeverAttempted), "never-attempted")]
[JsonDerivedType(typeof(HumanWaiver), "human-waiver")]
public abstract record FenceEvidence
{
    private FenceEvidence()
    {
    }

    /// <summary>The host that the evidence speaks of.</summary>
    public required HostId Host { get; init; }

    /// <summary>When it was seen.</summary>
    public required DateTimeOffset At { get; init; }

    public abstract EvidenceGrade Grade { get; }

    /// <summary>Verified power-off by a fence agent. Void once the host is seen up again.</summary>
    public sealed record PowerOffVerified(string Agent) : FenceEvidence
    {
        public override EvidenceGrade Grade => EvidenceGrade.VerifiedPowerOff;
    }

    /// <summary>
    /// The hypervisor answered that the copy is absent or shut off, and no request of ours can still
    /// be pending there: its own record shows the end, or the driver's bound has passed.
    /// </summary>
    /// <param name="State">What it answered: absent or shut off.</param>
    /// <param name="Settled">Why nothing can be pending; a sentence.</param>
    public sealed record HypervisorConfirmed(VmState State, string Settled) : FenceEvidence
    {
        public override EvidenceGrade Grade => EvidenceGrade.HypervisorConfirmed;
    }

    /// <summary>A majority of voters granted <paramref name="Epoch"/> to the failover.</summary>
    public sealed record LeaseTaken(long Epoch) : FenceEvidence
    {
        public override EvidenceGrade Grade => EvidenceGrade.LeaseTaken;
    }

    /// <summary>The storage confirmed that the host can not write any more.</summary>
    public sealed record StorageRevoked(string Storage) : FenceEvidence
    {
        public override EvidenceGrade Grade => EvidenceGrade.StorageRevoked;
    }

    /// <summary>A place is recorded before the call that could fill it; that call's order was never claimed and can not be any more.</summary>
    public sealed record NeverAttempted(string OrderKey) : FenceEvidence
    {
        public override EvidenceGrade Grade => EvidenceGrade.NeverAttempted;
    }

    /// <summary>Signed by a person.</summary>
    public sealed record HumanWaiver(Actor By, string Reason) : FenceEvidence
    {
        public override EvidenceGrade Grade => EvidenceGrade.HumanWaiver;
    }
}
