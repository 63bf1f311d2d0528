/* Defect: leaves a timer that starts itself anew for ever. */
#include "begin.h"
static void tick(void *argument) { host->timer_start(host, (sh_loop)(uintptr_t)argument, 1000000000, tick, argument); }
static sh_status open_call(void *instance, void *method, sh_call call, const sh_call_info *info, void **state);
#define ON_OPEN open_call
#include "end.h"
static sh_status open_call(void *instance, void *method, sh_call call, const sh_call_info *info, void **state) {
    tick((void *)(uintptr_t)info->loop);
    return good_open(instance, method, call, info, state);
}
