// The load that makes a live migration hard: pages written in turn at a set rate.
#include "agent.h"
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

enum { page = 4096 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint8_t *memory;
static size_t pages;
static volatile double rate;
static volatile uint64_t dirtied;
static uint64_t noise = 88172645463325252ull;

static uint64_t random_bits(void) {
    noise ^= noise << 13;
    noise ^= noise >> 7;
    return noise ^= noise << 17;
}

// Filled with noise: a page of zeroes is nearly free to migrate and would flatter every figure.
static void map_working_set(size_t mib) {
    size_t bytes = mib << 20;
    uint8_t *fresh = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (fresh == MAP_FAILED) return;
    for (size_t i = 0; i < bytes; i += 512) *(uint64_t *)(fresh + i) = random_bits();
    if (memory) munmap(memory, pages * page);
    memory = fresh;
    pages = bytes / page;
}

__attribute__((noreturn)) static void *dirty(void *unused) {
    (void)unused;
    uint64_t last = nanoseconds();
    double owed = 0;
    for (;;) {
        usleep(rate > 0 ? 20000 : 100000);
        uint64_t now = nanoseconds();
        double seconds = (double)(now - last) / 1e9;
        last = now;
        if (seconds > 0.1) seconds = 0.1; // a pause is not made up for
        owed += rate * 256 * seconds;
        pthread_mutex_lock(&lock);
        for (; owed >= 1 && pages; owed -= 1) {
            uint64_t bits = random_bits();
            *(uint64_t *)(memory + dirtied % pages * page + (bits & 0xff8)) = bits;
            dirtied++;
        }
        pthread_mutex_unlock(&lock);
    }
}

void memory_set(double mib_per_second, size_t working_set_mib) {
    pthread_mutex_lock(&lock);
    if (mib_per_second >= 0) rate = mib_per_second;
    if (working_set_mib > 0 && working_set_mib != pages * page >> 20) map_working_set(working_set_mib);
    pthread_mutex_unlock(&lock);
}

void memory_start(double mib_per_second, size_t working_set_mib) {
    noise ^= nanoseconds();
    memory_set(mib_per_second, working_set_mib);
    pthread_t thread;
    pthread_create(&thread, 0, dirty, 0);
}

double memory_rate(void) { return rate; }
size_t memory_working_set_mib(void) { return pages * page >> 20; }
uint64_t memory_pages_dirtied(void) { return dirtied; }
