using DrOrchestrator.Core.Inventory;
using DrOrchestrator.Core.Kernel;
using DrOrchestrator.Core.Moves;
using DrOrchestrator.Core.Planning;
using DrOrchestrator.Drivers;
using DrOrchestrator.Server.Guards;
using DrOrchestrator.Server.Tests.Fakes;
using Xunit;

namespace DrOrchestrator.Server.Tests.Guards;

public sealed class GuardedDriverTests : IAsyncDisposable
{
    private static readonly GuardOptions Quick = new() { Retries = 2, RetryDelay = TimeSpan.FromMilliseconds(1), BreaksAfter = 3 };
    private static readonly HostEndpoint A1 = new(new HostId("a1"), new SiteId("A"), "scripted", "scripted://a1", "a1", "scripted://a1");
    private static readonly HostEndpoint B1 = A1 with { Host = new HostId("b1"), Address = "scripted://b1" };
    private static readonly HostFacts Facts = new(A1.Host, "Scripted 1", "x", 2, Bytes.FromMebibytes(64), Bytes.FromMebibytes(32));

    private readonly ScriptedDriver driver = new();
    private readonly SteppedClock clock = new();

    [Fact]
    public async Task A_blip_is_asked_again_and_its_answer_counts()
    {
        driver.Facts = _ => Task.FromResult(driver.Calls < 3 ? Silence : new Outcome<HostFacts>.Done(Facts));

        var outcome = await Guarded(Quick with { BreaksAfter = 10 }).InspectHost(A1, default);

        Assert.Equal(Facts, Assert.IsType<Outcome<HostFacts>.Done>(outcome).Value);
        Assert.Equal(3, driver.Calls);
    }

    [Fact]
    public async Task A_question_that_stays_unanswered_ends_unknown_in_the_drivers_own_words()
    {
        driver.Facts = _ => Task.FromResult(Silence);

        var outcome = await Guarded(Quick with { BreaksAfter = 10 }).InspectHost(A1, default);

        Assert.Equal("a1 did not answer.", Assert.IsType<Outcome<HostFacts>.Unknown>(outcome).Reason);
        Assert.Equal(3, driver.Calls);
    }

    [Fact]
    public async Task A_refusal_is_an_answer_and_is_not_asked_again()
    {
        driver.Facts = _ => Task.FromResult<Outcome<HostFacts>>(new Outcome<HostFacts>.Refused("No permission.", "Give it."));

        Assert.IsType<Outcome<HostFacts>.Refused>(await Guarded(Quick).InspectHost(A1, default));
        Assert.Equal(1, driver.Calls);
    }

    [Fact]
    public async Task A_question_that_hung_to_its_deadline_is_not_asked_again()
    {
        driver.Facts = _ =>
        {
            clock.Now += Quick.BlipBound;
            return Task.FromResult(Silence);
        };

        Assert.IsType<Outcome<HostFacts>.Unknown>(await Guarded(Quick).InspectHost(A1, default));
        Assert.Equal(1, driver.Calls);
    }

    [Fact]
    public async Task A_host_that_leaves_questions_unanswered_is_left_alone_for_a_while_and_then_asked_once_more()
    {
        driver.Copy = _ => Task.FromResult(NoCopy);
        var guarded = Guarded(Quick with { Retries = 1 });
        await guarded.InspectVm(A1, Vm, default);
        await guarded.InspectVm(A1, Vm, default);
        var asked = driver.Calls;

        var held = await guarded.InspectVm(A1, Vm, default);

        Assert.Contains("a1 was not asked", Assert.IsType<Outcome<VmCopy>.Unknown>(held).Reason, StringComparison.Ordinal);
        Assert.Equal(asked, driver.Calls);

        clock.Now += Quick.BreakFor;
        driver.Copy = _ => Task.FromResult(Absent);
        Assert.IsType<Outcome<VmCopy>.Done>(await guarded.InspectVm(A1, Vm, default));
        Assert.IsType<Outcome<VmCopy>.Done>(await guarded.InspectVm(A1, Vm, default));
    }

    [Fact]
    public async Task A_look_by_which_silence_is_judged_is_never_held_back()
    {
        driver.Facts = _ => Task.FromResult(Silence);
        var guarded = Guarded(Quick with { Retries = 1 });
        for (var look = 1; look <= 10; look++)
        {
            Assert.Equal("a1 did not answer.", Assert.IsType<Outcome<HostFacts>.Unknown>(await guarded.InspectHost(A1, default)).Reason);
            Assert.Equal(2 * look, driver.Calls);
        }
    }

    [Fact]
    public async Task One_hosts_silence_is_not_anothers()
    {
        driver.Copy = _ => Task.FromResult(NoCopy);
        var guarded = Guarded(Quick);
        await guarded.InspectVm(A1, Vm, default);
        await guarded.InspectVm(A1, Vm, default);
        driver.Copy = _ => Task.FromResult(Absent);

        Assert.IsType<Outcome<VmCopy>.Done>(await guarded.InspectVm(B1, Vm, default));
    }

    [Fact]
    public async Task An_order_is_given_once_whatever_comes_of_it_and_even_where_questions_are_held_back()
    {
        driver.Copy = _ => Task.FromResult(NoCopy);
        var guarded = Guarded(Quick);
        await guarded.InspectVm(A1, Vm, default);
        await guarded.InspectVm(A1, Vm, default);
        var asked = driver.Calls;
        driver.Migration = _ => Task.FromResult<Outcome<Nothing>>(new Outcome<Nothing>.Unknown("Cut off."));

        var outcome = await guarded.EnsureMigration(Request, default);

        Assert.Equal("Cut off.", Assert.IsType<Outcome<Nothing>.Unknown>(outcome).Reason);
        Assert.Equal(asked + 1, driver.Calls);
    }

    [Fact]
    public async Task A_driver_that_never_comes_back_ends_as_unknown()
    {
        async Task<Outcome<T>> Never<T>(CancellationToken token)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            throw new InvalidOperationException("Unreachable.");
        }

        driver.Facts = Never<HostFacts>;
        driver.Migration = Never<Nothing>;
        var guarded = Guarded(Quick with { Retries = 1, AttemptTimeout = TimeSpan.FromMilliseconds(20), OrderTimeout = TimeSpan.FromMilliseconds(20) }, TimeProvider.System);

        Assert.Contains("did not answer", Assert.IsType<Outcome<HostFacts>.Unknown>(await guarded.InspectHost(A1, default)).Reason, StringComparison.Ordinal);
        Assert.Contains("did not confirm", Assert.IsType<Outcome<Nothing>.Unknown>(await guarded.EnsureMigration(Request, default)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_callers_own_cancellation_is_the_callers()
    {
        using var cancelled = new CancellationTokenSource();
        driver.Facts = async token =>
        {
            await cancelled.CancelAsync();
            token.ThrowIfCancellationRequested();
            return Silence;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Guarded(Quick).InspectHost(A1, cancelled.Token));
    }

    public ValueTask DisposeAsync() => driver.DisposeAsync();

    private static Outcome<HostFacts> Silence => new Outcome<HostFacts>.Unknown("a1 did not answer.");

    private static Outcome<VmCopy> NoCopy => new Outcome<VmCopy>.Unknown("a1 did not answer.");

    private static Outcome<VmCopy> Absent => new Outcome<VmCopy>.Done(VmCopy.NotThere(Vm, A1.Host));

    private static VmRef Vm => new(new VmId("00000000-0000-4000-8000-000000000001"), "vm");

    private static MigrationRequest Request => new(new MoveId("m"), Vm, A1, B1, 1, MigrationOptions.Default);

    private GuardedDriver Guarded(GuardOptions options, TimeProvider? time = null) => new(driver, options, time ?? clock);
}
