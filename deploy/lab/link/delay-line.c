// delay-line TAP_A_NAMESPACE TAP_B_NAMESPACE SHAPE_FILE
//
// The WAN: joins the tap "wan" of one network namespace to that of another, with a rate, a delay
// and a cut in each direction. It stands in for netem, which this kind of kernel may lack, and cuts
// by dropping, so that no route or address is lost as it would be by taking a link down.
//
// SHAPE_FILE holds "RATE_MBIT DELAY_MS CUT" with CUT one of none, both, a-to-b, b-to-a. It is read
// at the start and again on SIGHUP.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { queue_length = 16384, largest_frame = 65536, frames_per_turn = 64 };
// What a router would buffer before it drops: 50 ms at the link's rate.
static const uint64_t longest_queue_ns = 50000000;

struct frame {
    uint64_t due;
    int size;
    unsigned char *bytes;
};

struct direction {
    int from, to;
    int cut;
    uint64_t link_free_at;
    unsigned head, tail;
    struct frame queue[queue_length];
};

static struct direction directions[2];
static double rate_mbit;
static uint64_t delay_ns;
static const char *shape_file;
static volatile sig_atomic_t shape_changed = 1;

static void on_hangup(int signal) {
    (void)signal;
    shape_changed = 1;
}

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

// The taps are persistent and belong to the namespaces: should this process die, addresses and
// routes stay, and the next one attaches to the same devices.
static int attach(const char *namespace) {
    char path[128];
    snprintf(path, sizeof path, "/run/netns/%s", namespace);
    int ns = open(path, O_RDONLY | O_CLOEXEC);
    if (ns < 0 || setns(ns, CLONE_NEWNET)) fail(namespace);
    close(ns);
    int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tap < 0) fail("/dev/net/tun");
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    strcpy(request.ifr_name, "wan");
    if (ioctl(tap, TUNSETIFF, &request)) fail("TUNSETIFF");
    return tap;
}

static void read_shape(void) {
    shape_changed = 0;
    double rate = 0, delay = 0;
    char cut[16] = "none";
    FILE *file = fopen(shape_file, "r");
    if (!file) fail(shape_file);
    if (fscanf(file, "%lf %lf %15s", &rate, &delay, cut) < 2) fail("shape");
    fclose(file);
    rate_mbit = rate;
    delay_ns = (uint64_t)(delay * 1e6);
    directions[0].cut = !strcmp(cut, "both") || !strcmp(cut, "a-to-b");
    directions[1].cut = !strcmp(cut, "both") || !strcmp(cut, "b-to-a");
}

static void accept_frames(struct direction *d, uint64_t now) {
    static unsigned char buffer[largest_frame];
    for (int i = 0; i < frames_per_turn; i++) {
        ssize_t size = read(d->from, buffer, sizeof buffer);
        if (size <= 0) return;
        if (d->cut || d->tail - d->head >= queue_length) continue;
        if (d->link_free_at < now) d->link_free_at = now;
        if (rate_mbit > 0) {
            if (d->link_free_at > now + longest_queue_ns) continue;
            d->link_free_at += (uint64_t)((double)size * 8000.0 / rate_mbit);
        }
        struct frame *f = &d->queue[d->tail++ % queue_length];
        f->due = d->link_free_at + delay_ns;
        f->size = (int)size;
        f->bytes = malloc((size_t)size);
        memcpy(f->bytes, buffer, (size_t)size);
    }
}

static void deliver_due(struct direction *d, uint64_t now) {
    while (d->head != d->tail && d->queue[d->head % queue_length].due <= now) {
        struct frame *f = &d->queue[d->head++ % queue_length];
        // A cut loses what is on the wire too. A full receiver loses a frame, as on any link.
        ssize_t n = d->cut ? 0 : write(d->to, f->bytes, (size_t)f->size);
        (void)n;
        free(f->bytes);
    }
}

static uint64_t until_next_due(uint64_t now) {
    uint64_t wait = 1000000000;
    for (int i = 0; i < 2; i++) {
        struct direction *d = &directions[i];
        if (d->head == d->tail) continue;
        uint64_t due = d->queue[d->head % queue_length].due;
        uint64_t left = due > now ? due - now : 0;
        if (left < wait) wait = left;
    }
    return wait;
}

int main(int count, char **arguments) {
    if (count != 4) return fprintf(stderr, "usage: delay-line NAMESPACE_A NAMESPACE_B SHAPE_FILE\n"), 2;
    shape_file = arguments[3];
    int a = attach(arguments[1]), b = attach(arguments[2]);
    directions[0].from = directions[1].to = a;
    directions[0].to = directions[1].from = b;

    // The signal is let in only while waiting, so that none is missed between the check and the wait.
    sigset_t hangup, while_waiting;
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    sigprocmask(SIG_BLOCK, &hangup, &while_waiting);
    sigdelset(&while_waiting, SIGHUP);
    signal(SIGHUP, on_hangup);

    for (;;) {
        if (shape_changed) read_shape();
        uint64_t wait = until_next_due(now_ns());
        struct timespec limit = {(time_t)(wait / 1000000000), (long)(wait % 1000000000)};
        struct pollfd taps[2] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
        ppoll(taps, 2, &limit, &while_waiting);
        if ((taps[0].revents | taps[1].revents) & POLLERR) return 1; // a tap is gone, and its namespace with it
        for (int i = 0; i < 2; i++) accept_frames(&directions[i], now_ns());
        for (int i = 0; i < 2; i++) deliver_due(&directions[i], now_ns());
    }
}
