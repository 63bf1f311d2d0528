/* Defect: starts a thread in create. */
#include "begin.h"
static void *sleeper(void *argument) {
    (void)argument;
    sleep(60);
    return NULL;
}
static sh_status create(const sh_host *table, sh_bytes config, void **instance, sh_error *error) {
    (void)config, (void)error;
    pthread_t thread;
    pthread_create(&thread, NULL, sleeper, NULL);
    host = table;
    *instance = (void *)table;
    return SH_OK;
}
#define CREATE create
#include "end.h"
