/* Defect: opens a file in create. */
#include "begin.h"
static sh_status create(const sh_host *table, sh_bytes config, void **instance, sh_error *error) {
    (void)config, (void)error;
    host = table;
    *instance = fopen("/etc/hostname", "r");
    return SH_OK;
}
#define CREATE create
#include "end.h"
