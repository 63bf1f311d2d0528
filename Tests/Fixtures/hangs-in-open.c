/* Defect: never returns from on_open. */
#include "begin.h"
static sh_status open_call(void *instance, void *method, sh_call call, const sh_call_info *info, void **state) {
    (void)instance, (void)method, (void)call, (void)info, (void)state;
    for (;;) pause();
    return 0;
}
#define ON_OPEN open_call
#include "end.h"
