/* Defect: create refuses what it can't take without a reason. */
#include "begin.h"
static sh_status create(const sh_host *table, sh_bytes config, void **instance, sh_error *error) {
    (void)error;
    if (config.size > 0 && config.data[0] != '{') return SH_REFUSED;
    host = table;
    *instance = (void *)table;
    return SH_OK;
}
#define CREATE create
#include "end.h"
