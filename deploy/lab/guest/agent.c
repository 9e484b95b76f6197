// Options come from the kernel's command line through init: name=, dirty= (MiB/s), ws= (MiB), journal=0.
#include "agent.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char guest_name[64] = "vm";

static const char *option(int count, char **arguments, const char *name, const char *otherwise) {
    for (int i = 1; i < count; i++)
        if (!strncmp(arguments[i], name, strlen(name))) return arguments[i] + strlen(name);
    return otherwise;
}

int main(int count, char **arguments) {
    snprintf(guest_name, sizeof guest_name, "%s", option(count, arguments, "name=", "vm"));
    clock_start();
    journal_start(strcmp(option(count, arguments, "journal=", "1"), "0"));
    memory_start(atof(option(count, arguments, "dirty=", "0")), (size_t)atol(option(count, arguments, "ws=", "8")));
    serve_http();
    printf("AGENT READY name=%s boot=%s recovered=%llu\n", guest_name, boot_id(), (unsigned long long)journal_recovered());
    fflush(stdout);
    serve_udp();
}
