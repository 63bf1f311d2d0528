"""A plugin in C whose calls move: all four kinds, and a state of its own. Each way to misbehave is a macro."""

import os
import shutil
from itertools import count
from pathlib import Path

from .plugins import compile_plugin

# Service tally.Tally over plain text:
#
#   Answer    unary             after a moment: "VERSION NUMBER TEXT"
#   Sum       client streaming  "VERSION NUMBER MESSAGES"
#   Ticks     server streaming  asked "COUNT MILLISECONDS": "VERSION NUMBER INDEX", so many, with so long between
#   Count     bidirectional     each message at once: "VERSION NUMBER TEXT"
#   Buffered  bidirectional     the same, but reads ahead, and answers after a moment: what it hasn't answered is given back
#
# NUMBER counts the answers of the whole plugin, over its generations: it is the state that is handed over. So an answer that was lost,
# or given twice, or given by a generation with old state, shows as a gap or a double.
SOURCE = r"""
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "streamhost/plugin.h"

#ifndef VERSION
#define VERSION "v1"
#endif
#ifndef NAME
#define NAME "tally"
#endif
#ifndef MAJOR
#define MAJOR SH_ABI_MAJOR
#endif
#ifndef POLICY
#define POLICY SH_RELOAD_MIGRATE
#endif
#ifndef SCHEMA
#define SCHEMA 1
#endif
#ifndef YIELD
#define YIELD yield_now
#endif

enum { MS = 1000000, AHEAD = 8, TEXT = 256 };
enum { ANSWER, SUM, TICKS, COUNT, BUFFERED, KINDS };

static const sh_host *host;
static atomic_long number;

typedef struct Call {
    sh_call handle;
    sh_loop loop;
    int kind;
    sh_timer timer;
    sh_timer yield_timer;
    long done;       /* messages that were answered, or counted: the checkpoint */
    long wanted;     /* Ticks */
    long interval;   /* Ticks, in ms */
    int half_closed;
    int waiting;     /* Answer, Buffered: what is still to be answered */
    char text[AHEAD][TEXT];
} Call;

static void keep_text(Call *call, sh_bytes message) {
    size_t size = message.size < TEXT - 1 ? message.size : TEXT - 1;
    memcpy(call->text[call->waiting], message.data, size);
    call->text[call->waiting++][size] = 0;
}
static void finish(Call *call, int code) {
    sh_finish end = {.struct_size = sizeof end, .code = code};
    host->finish(host, call->handle, &end);
}
static void checkpoint(Call *call) {
    char text[32];
    sh_bytes bytes = {(const uint8_t *)text, (size_t)snprintf(text, sizeof text, "%ld", call->done)};
    host->checkpoint(host, call->handle, bytes);
}
static void say(Call *call, const char *what) {
    char text[TEXT + 64];
    sh_bytes bytes = {
        (const uint8_t *)text,
        (size_t)snprintf(text, sizeof text, "%s %ld %s", VERSION, atomic_fetch_add(&number, 1) + 1, what)};
    host->send(host, call->handle, bytes);
    call->done++;
    checkpoint(call);
}
static void say_long(Call *call, long value) {
    char text[32];
    snprintf(text, sizeof text, "%ld", value);
    say(call, text);
}

static void on_time(void *argument);
static void arm(Call *call, long milliseconds) {
    if (!call->timer) call->timer = host->timer_start(host, call->loop, (uint64_t)milliseconds * MS, on_time, call);
}
static void on_time(void *argument) {
    Call *call = argument;
    call->timer = 0;
    switch (call->kind) {
    case ANSWER:
        say(call, call->text[0]);
        finish(call, SH_GRPC_OK);
        break;
    case TICKS:
        if (call->done < call->wanted) say_long(call, call->done);
        if (call->done < call->wanted) arm(call, call->interval); else finish(call, SH_GRPC_OK);
        break;
    case BUFFERED:
        for (int i = 0; i < call->waiting; i++) say(call, call->text[i]);
        call->waiting = 0;
        if (call->half_closed) finish(call, SH_GRPC_OK); else host->request(host, call->handle, AHEAD);
        break;
    }
}

static sh_status on_open(void *instance, void *method, sh_call handle, const sh_call_info *info, void **state) {
    (void)instance;
#ifdef REFUSE_RESUMED
    if (info->resumed) return SH_REFUSED;
#endif
    Call *call = calloc(1, sizeof *call);
    if (!call) return SH_NO_MEMORY;
    call->handle = handle;
    call->loop = info->loop;
    call->kind = (int)(size_t)method;
    if (info->resumed && info->checkpoint.size) {
        char text[32] = {0};
        memcpy(text, info->checkpoint.data, info->checkpoint.size < 31 ? info->checkpoint.size : 31);
        call->done = atol(text);
    }
    *state = call;
    return SH_OK;
}
static void on_message(void *state, sh_call handle, sh_bytes message) {
    Call *call = state;
#ifdef ENDS_UNKNOWN
    finish(call, SH_GRPC_UNKNOWN);
    return;
#endif
    switch (call->kind) {
    case ANSWER:
#ifdef ANSWERS_UNKNOWN
        finish(call, SH_GRPC_UNKNOWN);
        break;
#endif
        keep_text(call, message);
        arm(call, 2);
        break;
    case SUM:
        call->done++;
        checkpoint(call);
        host->request(host, handle, 1);
        break;
    case TICKS:
        keep_text(call, message);
        sscanf(call->text[0], "%ld %ld", &call->wanted, &call->interval);
        arm(call, call->interval);
        break;
    case COUNT:
        keep_text(call, message);
        call->waiting = 0;
        say(call, call->text[0]);
        host->request(host, handle, 1);
        break;
    case BUFFERED:
        keep_text(call, message);
        host->request(host, handle, AHEAD - (uint32_t)call->waiting);
        arm(call, 1);
        break;
    }
}
static void on_half_close(void *state, sh_call handle) {
    Call *call = state;
    (void)handle;
    call->half_closed = 1;
    if (call->kind == SUM) {
        say_long(call, call->done);
        finish(call, SH_GRPC_OK);
    } else if (call->kind == COUNT || (call->kind == BUFFERED && call->waiting == 0)) {
        finish(call, SH_GRPC_OK);
    }
}
static sh_status let_go(Call *call) {
    if (call->timer) host->timer_cancel(host, call->timer);
    call->timer = 0;
    for (int i = 0; call->kind == BUFFERED && i < call->waiting; i++) {
        sh_bytes bytes = {(const uint8_t *)call->text[i], strlen(call->text[i])};
        host->give_back(host, call->handle, bytes);
    }
    checkpoint(call);
    return SH_OK;
}
static void let_go_later(void *argument) {
    Call *call = argument;
    call->yield_timer = 0;
    let_go(call);
    host->yielded(host, call->handle, SH_OK);
}
static sh_status yield_now(void *state, sh_call handle) { (void)handle; return let_go(state); }
static sh_status yield_later(void *state, sh_call handle) {
    Call *call = state;
    (void)handle;
    call->yield_timer = host->timer_start(host, call->loop, 3 * MS, let_go_later, call);
    return SH_PENDING;
}
/* Long after any host has given up waiting. */
static sh_status yield_late(void *state, sh_call handle) {
    Call *call = state;
    (void)handle;
    call->yield_timer = host->timer_start(host, call->loop, 600 * MS, let_go_later, call);
    return SH_PENDING;
}
static sh_status yield_never(void *state, sh_call handle) { (void)state; (void)handle; return SH_PENDING; }
static sh_status yield_refused(void *state, sh_call handle) { (void)state; (void)handle; return SH_REFUSED; }
static void on_close(void *state, sh_call handle) {
    Call *call = state;
    (void)handle;
    if (call->timer) host->timer_cancel(host, call->timer);
    if (call->yield_timer) host->timer_cancel(host, call->yield_timer);
    free(call);
}

static sh_status create(const sh_host *table, sh_bytes config, void **instance, sh_error *error) {
    host = table;
    *instance = &host;
#ifdef CRASH_CREATE
    abort();
#endif
#ifdef GATE
    while (access(GATE, F_OK) != 0) usleep(1000);
#endif
#ifdef REFUSE_CREATE
    snprintf(error->text, sizeof error->text, "%s", REFUSE_CREATE);
    return SH_REFUSED;
#endif
    if (config.size >= 3 && memmem(config.data, config.size, "refuse", 6)) {
        snprintf(error->text, sizeof error->text, "the configuration says refuse");
        return SH_REFUSED;
    }
    return SH_OK;
}
static sh_status start(void *instance, const sh_registrar *registrar, sh_error *error) {
    (void)instance;
#ifdef REFUSE_START
    snprintf(error->text, sizeof error->text, "%s", REFUSE_START);
    return SH_REFUSED;
#endif
    static const sh_handler handler = {
        .struct_size = sizeof handler, .on_open = on_open, .on_message = on_message, .on_half_close = on_half_close,
        .on_yield = YIELD, .on_close = on_close};
#define METHOD(label, shape, which) \
    {.struct_size = sizeof(sh_method), .name = label, .kind = shape, .reload = POLICY, .handler = &handler, .context = (void *)which}
    static const sh_method all[] = {
        METHOD("Answer", SH_UNARY, ANSWER), METHOD("Sum", SH_CLIENT_STREAMING, SUM),
        METHOD("Ticks", SH_SERVER_STREAMING, TICKS), METHOD("Buffered", SH_BIDIRECTIONAL, BUFFERED),
#ifndef WITHOUT_COUNT
        METHOD("Count", SH_BIDIRECTIONAL, COUNT),
#endif
#ifdef WITH_MORE
        METHOD("More", SH_UNARY, ANSWER),
#endif
    };
    static const sh_method *methods[sizeof all / sizeof *all];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) methods[i] = &all[i];
    static const sh_service service = {
        .struct_size = sizeof service, .name = "tally.Tally", .methods = methods, .method_count = sizeof all / sizeof *all};
    return registrar->add_service(registrar, &service, error);
}
static sh_status save(void *instance, sh_state *state, sh_error *error) {
    (void)instance; (void)error;
#ifdef REFUSE_SAVE
    snprintf(error->text, sizeof error->text, "%s", REFUSE_SAVE);
    return SH_REFUSED;
#endif
    char *text = malloc(32);
    state->schema = "tally";
    state->version = SCHEMA;
    state->bytes.size = (size_t)snprintf(text, 32, "%ld", atomic_load(&number));
    state->bytes.data = (const uint8_t *)text;
    state->bytes.context = text;
    state->bytes.release = free;
    return SH_OK;
}
static sh_status restore(void *instance, const char *schema, uint32_t version, sh_bytes bytes, sh_error *error) {
    (void)instance; (void)schema;
    if (version > SCHEMA) {
        snprintf(error->text, sizeof error->text, "found state of version %u, wanted at most %d", version, SCHEMA);
        return SH_REFUSED;
    }
    char text[32] = {0};
    memcpy(text, bytes.data, bytes.size < 31 ? bytes.size : 31);
    atomic_store(&number, atol(text));
    return SH_OK;
}
static sh_status retire(void *instance, sh_residue *residue) { (void)instance; (void)residue; return SH_OK; }
static void destroy(void *instance) { (void)instance; }

SH_EXPORT const sh_plugin *streamhost_plugin(void) {
    static const sh_plugin plugin = {
        .magic = SH_MAGIC, .struct_size = sizeof plugin, .abi_major = MAJOR, .abi_minor = SH_ABI_MINOR,
        .name = NAME, .version = VERSION, .build_id = VERSION,
        .create = create, .start = start, .save = save, .restore = restore, .retire = retire, .destroy = destroy};
    return &plugin;
}
"""

SERVICE = "/tally.Tally"
_builds = count(1)


def build(folder: Path, version: str, **macros: object) -> Path:
    """A library that answers with this version; `macros` say what else is different about it."""
    macros = {"_GNU_SOURCE": 1, "VERSION": f'"{version}"'} | macros
    return compile_plugin(folder, f"build{next(_builds)}-{version}.so", source_text=SOURCE, **macros)


def install(built: Path, library: Path) -> Path:
    """Puts the build where the host looks for it, in one step, as package managers and good build tools do."""
    library.parent.mkdir(parents=True, exist_ok=True)
    fresh = library.parent / f".{library.name}.{next(_builds)}"
    shutil.copyfile(built, fresh)
    os.replace(fresh, library)
    return library


def overwrite(content: bytes, library: Path) -> None:
    """Writes over the file in place: the same inode, as `cp` and some linkers do."""
    with open(library, "r+b") as file:
        file.write(content)
        file.truncate()
