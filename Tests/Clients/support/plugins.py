"""Small plugins in C, compiled against nothing but the installed header: whole ones, and one for each defect."""

import subprocess
from pathlib import Path

from .paths import DIST

# A plugin of one service with one unary method, Answer, which answers every message with the plugin's name.
# Each part can be changed by a macro, so that a test breaks exactly one thing.
SOURCE = r"""
#include <string.h>
#include <stdio.h>
#include "streamhost/plugin.h"

#ifndef NAME
#define NAME "tiny"
#endif
#ifndef SERVICE
#define SERVICE "tiny.Tiny"
#endif
#ifndef MAGIC
#define MAGIC SH_MAGIC
#endif
#ifndef STRUCT_SIZE
#define STRUCT_SIZE sizeof(sh_plugin)
#endif
#ifndef MAJOR
#define MAJOR SH_ABI_MAJOR
#endif
#ifndef MIN_MINOR
#define MIN_MINOR 0
#endif
#ifndef CREATE
#define CREATE create
#endif
#ifndef START
#define START start
#endif
#ifndef METHODS
#define METHODS 1
#endif

static const sh_host *host;

static sh_status on_open(void *instance, void *method, sh_call call, const sh_call_info *info, void **state) {
    (void)instance; (void)method; (void)call; (void)info; (void)state;
    return SH_OK;
}
static void on_message(void *state, sh_call call, sh_bytes message) {
    (void)state; (void)message;
    sh_bytes answer = {(const uint8_t *)NAME, strlen(NAME)};
    host->send(host, call, answer);
    host->finish(host, call, NULL);
}
static void on_close(void *state, sh_call call) { (void)state; (void)call; }

static sh_status create(const sh_host *table, sh_bytes config, void **instance, sh_error *error) {
    (void)config; (void)error;
    host = table;
    *instance = &host;
    return SH_OK;
}
#ifdef REFUSE_CREATE
static sh_status refuse_create(const sh_host *table, sh_bytes config, void **instance, sh_error *error) {
    (void)table; (void)config; (void)instance;
    if (error) snprintf(error->text, sizeof error->text, "%s", REFUSE_CREATE);
    return SH_REFUSED;
}
#endif
#ifdef REFUSE_START
static sh_status refuse_start(void *instance, const sh_registrar *registrar, sh_error *error) {
    (void)instance; (void)registrar;
    if (error) snprintf(error->text, sizeof error->text, "%s", REFUSE_START);
    return SH_REFUSED;
}
#endif
static sh_status start(void *instance, const sh_registrar *registrar, sh_error *error) {
    (void)instance;
    static const sh_handler handler = {
        .struct_size = sizeof handler, .on_open = on_open, .on_message = on_message, .on_close = on_close};
    static const sh_method method = {.struct_size = sizeof method, .name = "Answer", .kind = SH_UNARY, .handler = &handler};
    static const sh_method *const methods[] = {&method, &method};
    static const sh_service service = {
        .struct_size = sizeof service, .name = SERVICE, .methods = methods, .method_count = METHODS};
    return registrar->add_service(registrar, &service, error);
}
static sh_status retire(void *instance, sh_residue *residue) { (void)instance; (void)residue; return SH_OK; }
static void destroy(void *instance) { (void)instance; }

#ifndef NO_ENTRY
SH_EXPORT const sh_plugin *streamhost_plugin(void) {
#ifdef NULL_ENTRY
    return NULL;
#else
    static const sh_plugin plugin = {
        .magic = MAGIC, .struct_size = STRUCT_SIZE, .abi_major = MAJOR, .abi_minor = SH_ABI_MINOR,
        .abi_min_minor = MIN_MINOR, .name = NAME, .version = "1.2.3", .build_id = "test",
        .create = CREATE, .start = START, .retire = retire, .destroy = destroy};
    return &plugin;
#endif
}
#endif
"""


def compile_plugin(folder: Path, library: str, *, source_text: str = SOURCE, **macros: object) -> Path:
    """Compiles the plugin with these macros: compile_plugin(folder, "libtiny.so", NAME='"tiny"')."""
    folder.mkdir(parents=True, exist_ok=True)
    source, target = folder / f"{library}.c", folder / library
    source.write_text(source_text)
    subprocess.run(
        ["cc", "-std=c11", "-Wall", "-Wno-unused", "-Werror", "-fPIC", "-shared", f"-I{DIST / 'include'}",
         *(f"-D{name}={value}" for name, value in macros.items()), "-o", str(target), str(source)],
        check=True, timeout=60,
    )
    return target
