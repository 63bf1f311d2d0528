/* What the fixtures share: includes, the host, and a call's state. A fixture includes this, defines what is wrong with it, names that by a
 * macro (such as ON_MESSAGE), and includes end.h, which is a good plugin in all that was not named. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <streamhost/plugin.h>

typedef struct Call {
    const sh_host *host;
    sh_call handle;
    sh_loop loop;
    int32_t kind;
    sh_timer timer;
    int messages;
} Call;

/* The last instance's. */
static const sh_host *host;
static int calls;

static const sh_bytes word = {(const uint8_t *)"\x0a\x04word", 6};

static inline void finish(sh_call call, int32_t code, const char *text) {
    sh_finish end = {.struct_size = sizeof end, .code = code, .message = {(const uint8_t *)text, strlen(text)}};
    host->finish(host, call, &end);
}

static inline sh_status refuse(sh_error *error, const char *text) {
    if (error) snprintf(error->text, sizeof error->text, "%s", text);
    return SH_REFUSED;
}

static inline void crash(void) {
    volatile int *nowhere = NULL;
    *nowhere = 1;
}
