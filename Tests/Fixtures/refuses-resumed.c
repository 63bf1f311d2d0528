/* Defect: takes no call that began in another generation. */
#include "begin.h"
static sh_status open_call(void *instance, void *method, sh_call call, const sh_call_info *info, void **state);
#define ON_OPEN open_call
#include "end.h"
static sh_status open_call(void *instance, void *method, sh_call call, const sh_call_info *info, void **state) {
    return info->resumed ? SH_REFUSED : good_open(instance, method, call, info, state);
}
