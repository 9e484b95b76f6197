// The guest's one program, running as its process 1: it keeps a counter, dirties memory at a set
// rate, journals to a disk when it has one, and tells about it all over UDP 7 and HTTP 80.
#pragma once
#include <stddef.h>
#include <stdint.h>

uint64_t nanoseconds(void);

// clock.c: the boot's identity and a counter that only ever grows while this boot lives.
void clock_start(void);
const char *boot_id(void);
uint64_t ticks(void);

// memory.c: dirties pages of a working set in turn.
void memory_start(double mib_per_second, size_t working_set_mib);
void memory_set(double mib_per_second, size_t working_set_mib); // negative or 0: as it was
double memory_rate(void);
size_t memory_working_set_mib(void);
uint64_t memory_pages_dirtied(void);

// journal.c: checksummed records on /dev/vda, each durable before it is acknowledged.
void journal_start(int write_by_itself);
uint64_t journal_put(void); // the sequence number written, or 0 when there is no disk or it failed
uint64_t journal_last(void);
uint64_t journal_recovered(void);
const char *journal_recovered_boot(void);

// crash.c
void crash_after(long milliseconds, int reboot);

// serve.c
int write_status(char *out, size_t size);
void serve_http(void);
void serve_udp(void) __attribute__((noreturn));

extern char guest_name[64];
