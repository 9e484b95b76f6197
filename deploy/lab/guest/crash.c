// A kernel panic on demand.
#include "agent.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static void write_file(const char *path, const char *text) {
    int file = open(path, O_WRONLY);
    if (file < 0) return;
    ssize_t n = write(file, text, 1);
    (void)n;
    close(file);
}

static long delay_ms;

static void *crash(void *unused) {
    (void)unused;
    usleep((useconds_t)delay_ms * 1000);
    write_file("/proc/sys/kernel/sysrq", "1");
    write_file("/proc/sysrq-trigger", "c");
    exit(1); // no sysrq: the death of process 1 panics as well
}

// With reboot the kernel restarts the guest at once (a new boot id); without it the guest hangs in
// its panic, a VM that runs and answers nothing.
void crash_after(long milliseconds, int reboot) {
    delay_ms = milliseconds;
    if (!reboot) write_file("/proc/sys/kernel/panic", "0");
    pthread_t thread;
    pthread_create(&thread, 0, crash, 0);
}
