// UDP 7 for the probe, HTTP 80 for status and commands.
#include "agent.h"
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

typedef unsigned long long ull;

int write_status(char *out, size_t size) {
    return snprintf(out, size,
        "{\"name\":\"%s\",\"boot\":\"%s\",\"ticks\":%llu,\"mono_ms\":%llu,\"dirty_mbs\":%.2f,"
        "\"dirtied_pages\":%llu,\"ws_mb\":%zu,\"disk_seq\":%llu,\"recovered_seq\":%llu,\"recovered_boot\":\"%s\"}\n",
        guest_name, boot_id(), (ull)ticks(), (ull)(nanoseconds() / 1000000), memory_rate(),
        (ull)memory_pages_dirtied(), memory_working_set_mib(), (ull)journal_last(),
        (ull)journal_recovered(), journal_recovered_boot());
}

static double query_number(const char *request, const char *name, double otherwise) {
    const char *found = strstr(request, name);
    return found && found < strchr(request, '\n') ? atof(found + strlen(name)) : otherwise;
}

// GET /status, /dirty?mbs=4&ws=16, /put, /crash[?hang], /crash-after?ms=500[&hang]
static int answer(const char *request, char *body, size_t size) {
    if (!strncmp(request, "GET /dirty", 10))
        memory_set(query_number(request, "mbs=", -1), (size_t)query_number(request, "ws=", 0));
    else if (!strncmp(request, "GET /put", 8))
        return snprintf(body, size, "{\"seq\":%llu}\n", (ull)journal_put());
    else if (!strncmp(request, "GET /crash", 10))
        // The default leaves time for this answer to get out.
        crash_after((long)query_number(request, "ms=", 100), !strstr(request, "hang"));
    return write_status(body, size);
}

__attribute__((noreturn)) static void *http(void *unused) {
    (void)unused;
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(80)};
    bind(listener, (void *)&any, sizeof any);
    listen(listener, 16);
    for (;;) {
        int client = accept(listener, 0, 0);
        if (client < 0) continue;
        struct timeval limit = {.tv_sec = 2};
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        char request[1024] = {0}, body[1024], reply[1400];
        if (read(client, request, sizeof request - 1) > 0 && strchr(request, '\n')) {
            int length = answer(request, body, sizeof body);
            length = snprintf(reply, sizeof reply,
                "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", length, body);
            ssize_t n = write(client, reply, (size_t)length);
            (void)n;
        }
        close(client);
    }
}

void serve_http(void) {
    pthread_t thread;
    pthread_create(&thread, 0, http, 0);
}

// "p <sequence>" is answered "p <sequence> <boot> <ticks> <monotonic us> <journal sequence>",
// "put" the same after a durable record, anything else with the status.
void serve_udp(void) {
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(7)};
    bind(s, (void *)&any, sizeof any);
    for (;;) {
        char request[256], reply[1024];
        struct sockaddr_in from;
        socklen_t length = sizeof from;
        ssize_t n = recvfrom(s, request, sizeof request - 1, 0, (void *)&from, &length);
        if (n < 0) continue;
        request[n] = 0;
        int put = !strncmp(request, "put", 3);
        if (put) journal_put();
        int size = put || !strncmp(request, "p ", 2)
            ? snprintf(reply, sizeof reply, "%s %s %llu %llu %llu", request, boot_id(), (ull)ticks(),
                       (ull)(nanoseconds() / 1000), (ull)journal_last())
            : write_status(reply, sizeof reply);
        sendto(s, reply, (size_t)size, 0, (void *)&from, length);
    }
}
