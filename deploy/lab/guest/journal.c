// A journal of 4 KiB records on /dev/vda. After a boot it says which sequence number it recovered,
// so that a failover can be asked what it lost.
#define _GNU_SOURCE
#include "agent.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { block = 4096, most_slots = 256 };

struct record {
    char magic[8];
    uint64_t sequence, monotonic, sum;
    char boot[64];
};

static const char magic[8] = {'J', 'R', 'N', 'L', '0', '0', '0', '1'};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int disk = -1;
static uint64_t slots = most_slots;
static volatile uint64_t last;
static uint64_t recovered;
static char recovered_boot[64] = "-";

static uint64_t sum_of(const struct record *r) {
    return (r->sequence * 0x9E3779B97F4A7C15ull) ^ r->monotonic ^ 0x1234;
}

uint64_t journal_put(void) {
    static uint8_t *buffer;
    if (disk < 0) return 0;
    pthread_mutex_lock(&lock);
    if (!buffer) buffer = aligned_alloc(block, block);
    memset(buffer, 0, block);
    struct record *r = (void *)buffer;
    uint64_t sequence = last + 1;
    memcpy(r->magic, magic, sizeof magic);
    r->sequence = sequence;
    r->monotonic = nanoseconds();
    strcpy(r->boot, boot_id());
    r->sum = sum_of(r);
    // O_DIRECT and O_DSYNC: an acknowledged record is on the disk, not in the guest's cache.
    if (pwrite(disk, buffer, block, (off_t)(sequence % slots * block)) == block)
        last = sequence;
    else
        sequence = 0;
    pthread_mutex_unlock(&lock);
    return sequence;
}

__attribute__((noreturn)) static void *write_every_200_ms(void *unused) {
    (void)unused;
    for (;;) {
        usleep(200000);
        journal_put();
    }
}

static void recover(void) {
    off_t end = lseek(disk, 0, SEEK_END);
    if ((uint64_t)end / block < slots) slots = (uint64_t)end / block;
    uint8_t *all = aligned_alloc(block, slots * block);
    if (pread(disk, all, slots * block, 0) == (ssize_t)(slots * block)) {
        for (uint64_t i = 0; i < slots; i++) {
            struct record *r = (void *)(all + i * block);
            if (memcmp(r->magic, magic, sizeof magic) || r->sum != sum_of(r) || r->sequence <= recovered) continue;
            recovered = r->sequence;
            memcpy(recovered_boot, r->boot, sizeof recovered_boot);
        }
    }
    free(all);
    last = recovered;
}

void journal_start(int write_by_itself) {
    disk = open("/dev/vda", O_RDWR | O_DIRECT | O_DSYNC);
    if (disk < 0) return;
    recover();
    pthread_t thread;
    if (write_by_itself) pthread_create(&thread, 0, write_every_200_ms, 0);
}

uint64_t journal_last(void) { return last; }
uint64_t journal_recovered(void) { return recovered; }
const char *journal_recovered_boot(void) { return recovered_boot; }
